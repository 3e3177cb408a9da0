package cli

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

func TestFileError(t *testing.T) {
	_, err := os.Open("nothere")
	if got := FileError(err); got.Error() != "nothere: no such file or directory" || !errors.Is(got, fs.ErrNotExist) {
		t.Errorf("got %v", got)
	}
	other := errors.New("else")
	if got := FileError(other); got != other {
		t.Errorf("got %v", got)
	}
}
