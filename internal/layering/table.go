package layering

import (
	"fmt"
	"regexp"
	"strings"
)

// Room is one row of the table.
type Room struct {
	Name    string   // folder below the root, such as "internal/lottery"
	Imports []string // rooms of ours it may import
	Modules []string // outside modules it may use
}

// Table is what docs/ARCHITECTURE.md allows.
type Table struct {
	Rooms []Room
	// Tests holds what the test files of every room may import beyond the
	// room's own row. Its name is [TestsRow].
	Tests Room
}

// TestsRow is the first cell of the row about test files.
const TestsRow = "tests of any room"

// tableHeader begins the one table that counts.
const tableHeader = "| room |"

// quoted finds the `names` in a cell.
var quoted = regexp.MustCompile("`([^`]+)`")

// ParseTable reads the table whose header begins with "| room |" from the text
// of a Markdown document. It has four columns: room, one sentence, rooms it may
// import, outside modules it may use. Names are in backquotes; a cell without
// one must say "none", so that a forgotten backquote does not become a ban.
func ParseTable(markdown string) (Table, error) {
	rows, found := rowsBelow(markdown, tableHeader)
	if !found {
		return Table{}, fmt.Errorf("no table that begins with %q", tableHeader)
	}
	var table Table
	for _, row := range rows {
		room, err := parseRow(row)
		if err != nil {
			return Table{}, err
		}
		if room.Name == TestsRow {
			table.Tests = room
			continue
		}
		table.Rooms = append(table.Rooms, room)
	}
	return table, table.validate()
}

// rowsBelow returns the lines of the table whose header begins with the given
// words, without the header and the line below it.
func rowsBelow(markdown, header string) (rows []string, found bool) {
	_, rest, found := strings.Cut(markdown, "\n"+header)
	if !found {
		return nil, false
	}
	for _, line := range strings.Split(rest, "\n")[1:] { // the rest of the header comes first
		if !strings.HasPrefix(line, "|") {
			break
		}
		if !strings.HasPrefix(line, "|--") {
			rows = append(rows, line)
		}
	}
	return rows, true
}

func cellsOf(row string) []string {
	return strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
}

func parseRow(line string) (Room, error) {
	cells := cellsOf(line)
	if len(cells) != 4 {
		return Room{}, fmt.Errorf("row with %d cells, want 4: %s", len(cells), line)
	}
	names := [4][]string{}
	for i, cell := range cells {
		for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
			names[i] = append(names[i], match[1])
		}
		if i >= 2 && len(names[i]) == 0 && strings.TrimSpace(cell) != "none" {
			return Room{}, fmt.Errorf("cell %q holds neither a `name` nor the word none: %s", cell, line)
		}
	}
	room := Room{Name: strings.TrimSpace(cells[0]), Imports: names[2], Modules: names[3]}
	if len(names[0]) == 1 {
		room.Name = names[0][0]
	} else if room.Name != TestsRow {
		return Room{}, fmt.Errorf("first cell %q is not one `room`: %s", cells[0], line)
	}
	return room, nil
}

// validate refuses rooms named twice and imports of rooms that have no row.
func (t Table) validate() error {
	known := map[string]bool{}
	for _, room := range t.Rooms {
		if known[room.Name] {
			return fmt.Errorf("the table names %s twice", room.Name)
		}
		known[room.Name] = true
	}
	for _, room := range append([]Room{t.Tests}, t.Rooms...) {
		for _, name := range room.Imports {
			if !known[name] {
				return fmt.Errorf("%s may import %s, which has no row", room.Name, name)
			}
		}
	}
	return nil
}

// roomOf finds the room of a folder: the row of that name, or else the room
// whose own internal folder it lies in (loadgen/internal/loadbench belongs to loadgen),
// the innermost if there are several.
func (t Table) roomOf(folder string) (Room, bool) {
	var found Room
	for _, room := range t.Rooms {
		if folder == room.Name {
			return room, true
		}
		if strings.HasPrefix(folder, room.Name+"/internal/") && len(room.Name) > len(found.Name) {
			found = room
		}
	}
	return found, found.Name != ""
}
