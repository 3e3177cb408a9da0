package runfolder

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFolder keeps others from writing to a folder while this process lives.
// The lock is the system's, so nothing of it is left behind by a kill.
func lockFolder(path string) (*os.File, error) {
	folder, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		_ = folder.Close()
		return nil, fmt.Errorf("%s is being written by another process", path)
	case errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOLCK):
		return folder, nil // some network file systems have no locks
	case err != nil:
		_ = folder.Close()
		return nil, err
	}
	return folder, nil
}
