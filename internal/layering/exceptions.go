package layering

import (
	"fmt"
	"strconv"
	"strings"
)

// The headers of the two tables of exceptions. A document without the table
// makes no exception.
const (
	allowanceHeader = "| package | arrows on cycles |"
	largeHeader     = "| large package |"
)

// ParseAllowances reads how many arrows between its files may lie on a cycle,
// by folder, from the table with the columns "package" and "arrows on cycles".
func ParseAllowances(markdown string) (map[string]int, error) {
	cells, err := exceptions(markdown, allowanceHeader)
	allowed := map[string]int{}
	for folder, cell := range cells {
		n, notNumber := strconv.Atoi(cell)
		if notNumber != nil || n < 1 {
			return nil, fmt.Errorf("allowance of %s: %q is not a number above 0", folder, cell)
		}
		allowed[folder] = n
	}
	return allowed, err
}

// ParseLarge reads why a package is larger than [MaxPackageLines], by folder,
// from the table with the columns "large package" and a reason.
func ParseLarge(markdown string) (map[string]string, error) {
	reasons, err := exceptions(markdown, largeHeader)
	for folder, reason := range reasons {
		if reason == "" {
			return nil, fmt.Errorf("%s: is large without a reason", folder)
		}
	}
	return reasons, err
}

// exceptions reads a table of two columns, a `folder` and a text.
func exceptions(markdown, header string) (map[string]string, error) {
	rows, _ := rowsBelow(markdown, header)
	texts := map[string]string{}
	for _, row := range rows {
		cells := cellsOf(row)
		if len(cells) != 2 {
			return nil, fmt.Errorf("row with %d cells, want 2: %s", len(cells), row)
		}
		name := quoted.FindStringSubmatch(cells[0])
		if name == nil {
			return nil, fmt.Errorf("first cell %q is not one `package`: %s", cells[0], row)
		}
		if _, twice := texts[name[1]]; twice {
			return nil, fmt.Errorf("the table names %s twice", name[1])
		}
		texts[name[1]] = strings.TrimSpace(cells[1])
	}
	return texts, nil
}
