package main

import (
	"fmt"
	"os"
	"strings"
)

// survivor is a mutant that changes nothing, and why.
type survivor struct {
	mutant string // as mutant.String writes it
	reason string
}

// readSurvivors reads the list: each mutant on a line of its own, the reason
// below it, indented. Lines that begin with # are comments.
func readSurvivors(path string) ([]survivor, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseSurvivors(path, string(text))
}

func parseSurvivors(path, text string) (all []survivor, err error) {
	begun := 0
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(line, "#"):
		case trimmed == line: // not indented
			if len(all) > 0 && all[len(all)-1].reason == "" {
				return nil, fmt.Errorf("%s:%d: a survivor needs a reason; write it below, indented", path, begun)
			}
			all, begun = append(all, survivor{mutant: trimmed}), i+1
		case len(all) == 0:
			return nil, fmt.Errorf("%s:%d: a reason without a survivor; write the survivor above it, not indented", path, i+1)
		default:
			last := &all[len(all)-1]
			last.reason = strings.TrimSpace(last.reason + " " + trimmed)
		}
	}
	if len(all) > 0 && all[len(all)-1].reason == "" {
		return nil, fmt.Errorf("%s:%d: a survivor needs a reason; write it below, indented", path, begun)
	}
	return all, nil
}
