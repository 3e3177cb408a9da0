package flamecmd

import (
	"context"
	"fmt"
	"io"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
)

// flameOptions are the flags of flame, as given.
type flameOptions struct {
	format, out string
	json, open  bool
	serve       string
	public      bool

	diff       bool
	old, new   []string
	basis      string
	minEffect  float64
	goroutines bool

	kind, typ, group string
	focus, ignore    string
	hide, show       string
	root, labelRoot  string
	labels           []string
	foldRuntime      bool
	own              string // "": the whole program
	withProfiler     bool
	minShare         string
	lines            int

	title           string
	flameUp, icicle bool

	// What check made of them.
	filter      stackprofile.Filter
	grouping    stackprofile.Grouping
	share       float64     // of --min-share; 0: not given, negative: all
	wholeBasis  flame.Basis // by default the best that can be had
	formatGiven bool
}

// keepInputs refuses an --out that is one of the inputs.
func (o *flameOptions) keepInputs(env cli.Env, args []string, sources []profileinput.Source) error {
	if o.out == "" {
		return nil
	}
	return cli.KeepInputs(o.out, env.Stdin, profileinput.Files(args, sources)...)
}

// write prints to stdout, to --out, or to a page that is opened.
func (o *flameOptions) write(ctx context.Context, env cli.Env, print func(io.Writer) error) error {
	switch {
	case o.out != "":
		if err := cli.WriteOut(o.out, print); err != nil || !o.open {
			return err
		}
		return openPage(ctx, env, o.out)
	case o.open:
		path, err := writeTemporary(o.format, print)
		if err != nil {
			return err
		}
		return openPage(ctx, env, path)
	}
	return print(env.Stdout)
}

// noteTo writes what the reader of a result should know.
func noteTo(w io.Writer, notes []string) {
	for _, note := range notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
}
