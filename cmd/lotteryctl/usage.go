package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

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

// noArgs refuses arguments with one sentence.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageErrorf(cmd, "unexpected argument %q", args[0])
	}
	return nil
}
