package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
)

// CheckProgram looks whether the program of the arm is there and may be run, without
// running it. The error names it and the arm. A program may also disappear, or be
// of no use on this machine: only a start tells that.
func (p ProcessArm) CheckProgram() error {
	words, err := SplitCommand(p.Command)
	if err != nil {
		return fmt.Errorf("arm %s: %w", p.Name, err)
	}
	program := words[0]
	if strings.Contains(program, portPlaceholder) {
		return nil
	}
	if p.Dir != "" && strings.ContainsRune(program, filepath.Separator) && !filepath.IsAbs(program) {
		program = filepath.Join(p.Dir, program)
	}
	switch _, err := exec.LookPath(program); {
	case err == nil, errors.Is(err, exec.ErrDot):
		return nil
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("arm %s: there is no program %q in PATH; name its file, such as ./%s", p.Name, words[0], filepath.Base(words[0]))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("arm %s: there is no program %q; build it, or correct the path", p.Name, words[0])
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("arm %s: %q is not a program that may be run; check the file and its permissions", p.Name, words[0])
	default:
		return fmt.Errorf("arm %s: %q: %w", p.Name, words[0], err)
	}
}
