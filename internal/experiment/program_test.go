package experiment_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

func TestCheckProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"runs": 0o755, "text": 0o644} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		command, dir string
		want         string // "": fine
	}{
		{filepath.Join(dir, "runs") + " -port {{port}}", "", ""},
		{"./runs", dir, ""},
		{"sh -c 'exec svc'", "", ""},
		{"./svc-{{port}}", "", ""},
		{filepath.Join(dir, "missing"), "", "missing\"; build it, or correct the path"},
		{"./missing", dir, "arm new: there is no program \"./missing\"; build it"},
		{"no-such-program-anywhere -x", "", "in PATH; name its file, such as ./no-such-program-anywhere"},
		{filepath.Join(dir, "text"), "", "may be run; check the file and its permissions"},
		{"'open", "", "quotes"},
	} {
		err := experiment.ProcessArm{Name: "new", Command: row.command, Dir: row.dir}.CheckProgram()
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s in %q: got %v, want %q", row.command, row.dir, err, row.want)
		}
	}
}
