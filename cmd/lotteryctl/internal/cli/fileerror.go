package cli

import (
	"errors"
	"fmt"
	"io/fs"
)

// FileError says of a file what is wrong with it, without the system call that
// found out: "nothere: no such file or directory".
func FileError(err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", failed.Path, failed.Err)
	}
	return err
}
