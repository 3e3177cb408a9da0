package flamecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// openWait is how long the program that opens pages may take to fail. It may
// also run as long as the browser does, and is then left alone.
const openWait = 2 * time.Second

// writeTemporary prints to a new file with that ending. It stays: the browser
// reads it after this program has ended.
func writeTemporary(format string, print func(io.Writer) error) (string, error) {
	file, err := os.CreateTemp("", "lotteryctl-flame-*."+format)
	if err != nil {
		return "", fmt.Errorf("--open: %w", err)
	}
	if err := errors.Join(print(file), file.Close()); err != nil {
		_ = os.Remove(file.Name()) // what is to be reported is err
		return "", fmt.Errorf("--open: %w", err)
	}
	return file.Name(), nil
}

// openPage shows a file in the browser, and says where it is.
func openPage(ctx context.Context, env cli.Env, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("--open: %w", err)
	}
	fmt.Fprintf(env.Stdout, "%s\n", path)
	opener := opener()
	program, err := exec.LookPath(opener[0])
	if err != nil {
		return fmt.Errorf("--open: cannot open a browser, because %s is not installed; open the page yourself: %s", opener[0], path)
	}
	cmd := exec.Command(program, append(opener[1:], path)...) // no context: the browser outlives this program
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("--open: %w; the page is %s", err, path)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the opener, or with this program
	select {
	case err = <-ended:
	case <-time.After(openWait):
	case <-ctx.Done():
	}
	if err != nil {
		return fmt.Errorf("--open: %s found no browser (%w); open the page yourself: %s", opener[0], err, path)
	}
	return nil
}

// opener is the command that opens a file with what is meant for it.
func opener() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{"open"}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	return []string{"xdg-open"}
}
