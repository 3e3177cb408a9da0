package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// commands are the factories of the subcommands, in the order of --help. A new
// command is a file with a factory, and a line here.
func commands() []func(environment) *cobra.Command {
	return []func(environment) *cobra.Command{
		newBenchCmd,
		newCompareCmd,
		newFlameCmd,
		newProfileCmd,
		newServicesCmd,
		newStepsCmd,
		newVerifyCmd,
		newVersionCmd,
	}
}

// newRootCmd builds a whole, fresh command tree over env.
func newRootCmd(env environment) *cobra.Command {
	root := newGroupCmd("lotteryctl", "Finds out why a Go HTTP service is slow, and whether a change helped")
	root.Example = `  lotteryctl services up    # a private Redis and Postgres
  lotteryctl steps          # the tuning steps of the reference service`
	addVersionFlag(root, env)
	root.SilenceErrors = true // run prints the error, once
	root.SilenceUsage = true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageErrorf(cmd, "%v", err)
	})
	for _, newCmd := range commands() {
		root.AddCommand(newCmd(env))
	}
	return root
}

// newGroupCmd is a command that only holds others: alone it prints its help,
// with an unknown name one sentence.
func newGroupCmd(use, short string) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return usageErrorf(cmd, "unknown command %q", args[0])
		},
	}
}

// usageErrorf is a usage error that names the help to read.
func usageErrorf(cmd *cobra.Command, format string, args ...any) error {
	return fmt.Errorf("%s: see `%s --help`", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// addVersionFlag lets root print the version. Cobra's own way needs a template,
// with which the linker keeps every method of the program.
func addVersionFlag(root *cobra.Command, env environment) {
	version := root.Flags().BoolP("version", "v", false, "version for lotteryctl")
	usual := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if *version {
			return printVersion(env)
		}
		return usual(cmd, args)
	}
}

func printVersion(env environment) error {
	_, err := fmt.Fprintln(env.stdout, versionText(env))
	return err
}

func versionText(env environment) string {
	return fmt.Sprintf("lotteryctl %s (%s, %s/%s)", env.version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func newVersionCmd(env environment) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  lotteryctl version",
		Args:    noArgs,
		RunE:    func(*cobra.Command, []string) error { return printVersion(env) },
	}
}
