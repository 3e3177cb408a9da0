package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// edit is a change of one source file that plants a bug.
type edit struct {
	file     string // from the top of the module
	old, new string // old must be there exactly once
}

// build compiles lotteryd from the tree into folder, with the edits laid over it:
// the tree itself is not touched. It is compiled as `make build` does, so that
// nothing is compiled twice.
func build(ctx context.Context, folder string, edits ...edit) (program string, err error) {
	top, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module (run this within the repository): %w", err)
	}
	program = filepath.Join(folder, "lotteryd")
	args := []string{"build", "-buildvcs=false", "-trimpath", "-o", program}
	if len(edits) > 0 {
		overlay, err := layOver(strings.TrimSpace(string(top)), folder, edits)
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./cmd/lotteryd")...)
	cmd.Dir = strings.TrimSpace(string(top))
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building lotteryd: %w\n%s", err, output)
	}
	return program, nil
}

// layOver writes the edited files and the list that the go command reads.
func layOver(top, folder string, edits []edit) (path string, err error) {
	texts := make(map[string]string)
	for _, e := range edits {
		original := filepath.Join(top, filepath.FromSlash(e.file))
		text, known := texts[original]
		if !known {
			data, err := os.ReadFile(original)
			if err != nil {
				return "", err
			}
			text = string(data)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return "", fmt.Errorf("%s has %q %d times, want once: the bug cannot be planted", e.file, e.old, n)
		}
		texts[original] = strings.Replace(text, e.old, e.new, 1)
	}
	replace := make(map[string]string, len(texts))
	for original, text := range texts {
		edited := filepath.Join(folder, fmt.Sprintf("edited-%d-%s", len(replace), filepath.Base(original)))
		if err := os.WriteFile(edited, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[original] = edited
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path = filepath.Join(folder, "overlay.json")
	return path, os.WriteFile(path, data, 0o600)
}
