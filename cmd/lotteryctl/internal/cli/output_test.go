package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteOut(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	text := func(w io.Writer) error { _, err := fmt.Fprint(w, "text"); return err }
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteOut(link, text); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	if got, _ := os.ReadFile(file); string(got) != "text" {
		t.Errorf("behind the link stands %q", got)
	}
	failed := errors.New("no more to say")
	if err := WriteOut(file, func(w io.Writer) error { _ = text(w); return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(file); string(got) != "text" {
		t.Errorf("a failure left %q", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
	missing := filepath.Join(dir, "none", "file")
	if err := WriteOut(missing, text); err == nil || err.Error() != "--out: writing "+missing+": no such file or directory" {
		t.Errorf("got %v", err)
	}
	// A device is written to and stays one.
	if err := WriteOut("/dev/full", text); err == nil {
		t.Error("/dev/full took it")
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/full is %v, %v", info, err)
	}
}
