package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/comparecmd"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/flamecmd"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/loadcmd"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/metricscmd"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/servicescmd"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/stepscmd"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/verifycmd"
)

// The groups of --help, in its order: first what a person with a slow service
// needs.
const (
	diagnoseGroup  = "diagnose"
	referenceGroup = "reference"
)

// group is some subcommands under one heading of --help.
type group struct {
	id, title string
	commands  []func(cli.Env) *cobra.Command
}

// groups lists the factories of the subcommands. A new command is a file with a
// factory, and a line here.
func groups() []group {
	return []group{
		{diagnoseGroup, "Find the cause, and prove what fixed it:", []func(cli.Env) *cobra.Command{
			loadcmd.NewBench, loadcmd.NewProfile, flamecmd.New, metricscmd.New, comparecmd.New,
		}},
		{referenceGroup, "The reference service, lotteryd:", []func(cli.Env) *cobra.Command{
			servicescmd.New, stepscmd.New, verifycmd.New,
		}},
		{"", "", []func(cli.Env) *cobra.Command{newVersionCmd}},
	}
}

// newRootCmd builds a whole, fresh command tree over env.
func newRootCmd(env cli.Env) *cobra.Command {
	root := cli.NewGroupCmd("lotteryctl", "Find out why a Go HTTP service is slow, and prove what fixed it")
	root.Example = `  # How fast is my service under 500 requests/s, and where does it spend its time?
  lotteryctl bench --url http://127.0.0.1:8080/search --rate 500
  lotteryctl profile --url http://127.0.0.1:8080/search --rate 500 --target http://127.0.0.1:6060 --out before
  lotteryctl flame --open before

  # Did my change help, and which functions changed? Each build runs several times, in random order.
  lotteryctl bench --arm old='./svc-old -port {{port}}' --arm new='./svc-new -port {{port}}' \
      --url 'http://127.0.0.1:{{port}}/search' --profile --profile-rounds 4 --out runs/pr
  lotteryctl compare runs/pr
  lotteryctl flame --diff runs/pr`
	addVersionFlag(root, env)
	root.SilenceErrors = true // run prints the error, once
	root.SilenceUsage = true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return cli.UsageErrorf(cmd, "%v", err)
	})
	for _, g := range groups() {
		if g.id != "" {
			root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		}
		for _, newCmd := range g.commands {
			cmd := newCmd(env)
			cmd.GroupID = g.id
			root.AddCommand(cmd)
		}
	}
	return root
}

// addVersionFlag lets root print the version. Cobra's own way needs a template,
// with which the linker keeps every method of the program.
func addVersionFlag(root *cobra.Command, env cli.Env) {
	version := root.Flags().BoolP("version", "v", false, "version for lotteryctl")
	usual := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if *version {
			return printVersion(env)
		}
		return usual(cmd, args)
	}
}

func printVersion(env cli.Env) error {
	_, err := fmt.Fprintln(env.Stdout, versionText(env))
	return err
}

func versionText(env cli.Env) string {
	return fmt.Sprintf("lotteryctl %s (%s, %s/%s)", env.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func newVersionCmd(env cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  lotteryctl version",
		Args:    cli.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return printVersion(env) },
	}
}
