package reference

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Name is the program's name.
const Name = "lotteryd"

// ErrNoProgram is the error of [FindProgram] when nobody said where lotteryd is
// and it is in none of the usual places.
var ErrNoProgram = errors.New("there is no lotteryd in the folder of this program or in PATH")

// ProgramError says that the program asked for cannot be run.
type ProgramError struct {
	Asked string
	Err   error
}

// Error names the program and why.
func (e *ProgramError) Error() string { return fmt.Sprintf("program %s: %v", e.Asked, e.Err) }

// Unwrap returns the cause.
func (e *ProgramError) Unwrap() error { return e.Err }

// FindProgram returns the path of lotteryd: asked, if that is not empty; else it
// looks beside this program first, as the two are built together, and then in
// PATH. The error is [ErrNoProgram] or a [ProgramError].
func FindProgram(asked string) (string, error) {
	if asked != "" {
		path, err := exec.LookPath(asked)
		if err != nil {
			return "", &ProgramError{asked, err}
		}
		return filepath.Abs(path)
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), Name)
		if path, err := exec.LookPath(beside); err == nil {
			return path, nil
		}
	}
	if path, err := exec.LookPath(Name); err == nil {
		return filepath.Abs(path)
	}
	return "", ErrNoProgram
}
