package runfolder

import (
	"fmt"
	"regexp"
)

// maxName is what fits into a file name and a table.
const maxName = 64

// CheckName says what is wrong with an arm's or a run's name. Names become
// folder names and parts of benchmark names, where "-8" at the end would be
// read as GOMAXPROCS.
func CheckName(name string) error {
	switch {
	case name == "" || len(name) > maxName || !regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`).MatchString(name):
		return fmt.Errorf("name %q must be 1 to %d letters, digits, '.', '_' or '-', and not start with '.' or '-'", name, maxName)
	case regexp.MustCompile(`-[0-9]+$`).MatchString(name):
		return fmt.Errorf("name %q must not end in '-' and digits: benchmark readers take them for GOMAXPROCS", name)
	}
	return nil
}

// CleanName makes a name that CheckName accepts from any text.
func CleanName(text string) string {
	name := regexp.MustCompile(`[^A-Za-z0-9._-]+`).ReplaceAllString(text, "_")
	name = regexp.MustCompile(`^[.-]+`).ReplaceAllString(name, "")
	name = name[:min(len(name), maxName)]
	name = regexp.MustCompile(`-([0-9]+)$`).ReplaceAllString(name, "_$1")
	if name == "" {
		return "run"
	}
	return name
}
