package flame_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
	"github.com/lotteryctl/lotteryctl/internal/golden"
)

func TestGoldens(t *testing.T) {
	t.Parallel()
	tree, err := flame.Fold(flametest.Read(t, flametest.Made(t)), 1, flame.FoldOptions{MinShare: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	d := flametest.Diff(t)
	for _, row := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"fixture-tree.json", func(w io.Writer) error { return tree.WriteJSON(w, nil) }},
		{"diff.json", func(w io.Writer) error { return d.WriteJSON(w, nil) }},
		{"diff.folded", d.WriteFolded},
	} {
		var out bytes.Buffer
		if err := row.write(&out); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, row.name, out.String())
	}
}

func TestWritersTellOfAFullDisk(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	tree, err := flame.Fold(flametest.Read(t, flametest.Made(t)), 0, flame.FoldOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d := flametest.Diff(t)
	for _, row := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"tree", func(w io.Writer) error { return tree.WriteJSON(w, nil) }},
		{"diff", func(w io.Writer) error { return d.WriteJSON(w, nil) }},
		{"diff folded", d.WriteFolded},
	} {
		if err := row.write(failing{full}); !errors.Is(err, full) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
