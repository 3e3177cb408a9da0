package loadcmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// TestProfileDiskFull: files that were written are not lost without a word.
func TestProfileDiskFull(t *testing.T) {
	dir := t.TempDir()
	whole, empty := bundleFolder{filepath.Join(dir, "whole")}, bundleFolder{filepath.Join(dir, "empty")}
	for _, f := range []bundleFolder{whole, empty} {
		if err := os.Mkdir(f.working(), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(whole.working(), "cpu.pb.gz"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	if err := finishBundle(cli.Env{}, whole, nil, full, false); cli.ExitCode(err) != cli.CodeUsage || !strings.HasSuffix(err.Error(), "are in "+whole.working()) {
		t.Errorf("got %v", err)
	}
	if err := finishBundle(cli.Env{}, empty, nil, full, false); err.Error() != full.Error() {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(empty.working()); !os.IsNotExist(err) {
		t.Errorf("an empty folder is left: %v", err)
	}
}
