package wholefile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/lotteryctl/lotteryctl/internal/wholefile"
)

func text(content string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, content); return err }
}

func TestWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, content := range []string{"first", "", "second"} {
		if err := wholefile.Write(path, text(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	failed := errors.New("no more to say")
	err := wholefile.Write(path, func(w io.Writer) error { return errors.Join(text("half")(w), failed) })
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "second" {
		t.Errorf("a failure left %q", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestErrorsSpeakOfTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "full"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		path string
		want error
	}{
		{filepath.Join(dir, "none", "file"), syscall.ENOENT},
		{folder, syscall.EEXIST}, // a folder is not replaced
	} {
		err := wholefile.Write(row.path, text("x"))
		if !errors.Is(err, row.want) || err.Error() != fmt.Sprintf("writing %s: %v", row.path, row.want) {
			t.Errorf("got %v", err)
		}
	}
	path := filepath.Join(dir, "file")
	other := &os.PathError{Op: "read", Path: filepath.Join(dir, "input"), Err: syscall.EIO}
	if err := wholefile.Write(path, func(io.Writer) error { return other }); !errors.Is(err, other) {
		t.Errorf("an error about another file: got %v", err)
	}
	own := func(io.Writer) error {
		standIn, _ := filepath.Glob(filepath.Join(dir, wholefile.Pattern))
		return &os.PathError{Op: "write", Path: standIn[0], Err: syscall.ENOSPC}
	}
	if err := wholefile.Write(path, own); !errors.Is(err, syscall.ENOSPC) || err.Error() != "writing "+path+": no space left on device" {
		t.Errorf("a full disk: got %v", err)
	}
}

func TestRead(t *testing.T) {
	files := fstest.MapFS{"a": {Data: []byte("four")}}
	if data, err := wholefile.Read(files, "a", 4); err != nil || string(data) != "four" {
		t.Errorf("got %q, %v", data, err)
	}
	if data, err := wholefile.Read(files, "a", 3); err == nil {
		t.Errorf("a file larger than allowed was read: %q", data)
	}
	if _, err := wholefile.Read(files, "b", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestReportsAreForAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report")
	err := wholefile.WriteShared(path, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err })
	if info, statErr := os.Stat(path); err != nil || statErr != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("got %v, %v, %v", info, err, statErr)
	}
}
