package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// NewGroupCmd is a command that only holds others: alone it prints its help,
// with an unknown name one sentence.
func NewGroupCmd(use, short string) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return UsageErrorf(cmd, "unknown command %q", args[0])
		},
	}
}

// UsageErrorf is a usage error that names the help to read.
func UsageErrorf(cmd *cobra.Command, format string, args ...any) error {
	return fmt.Errorf("%s: see `%s --help`", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// NoArgs refuses arguments with one sentence.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return UsageErrorf(cmd, "unexpected argument %q", args[0])
	}
	return nil
}
