package profiles

import (
	"io"
	"os"
	"path/filepath"

	"github.com/lotteryctl/lotteryctl/internal/wholefile"
)

// writeFile writes a file of a bundle as a whole or not at all, and makes its
// folder. Both are for their owner alone: profiles tell what runs inside.
func writeFile(path string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return wholefile.Write(path, write)
}

func writeBytes(path string, data []byte) error {
	return writeFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
