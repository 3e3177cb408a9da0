package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

// RedactArgs is the command line for run.json: every flag given, in the order
// of --help, without what may be secret.
func RedactArgs(cmd *cobra.Command) []string {
	args := strings.Fields(cmd.CommandPath())
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, value := range list.GetSlice() {
				args = append(args, "--"+f.Name, redactFlag(f.Name, value))
			}
			return
		}
		args = append(args, "--"+f.Name+"="+redactFlag(f.Name, f.Value.String()))
	})
	return args
}

// redactFlag keeps a header's name and a body's length: either may hold a
// password or a token that does not look like one.
func redactFlag(flag, value string) string {
	switch flag {
	case "header", "profile-header":
		return endpoint.RedactHeader(value)
	case "body":
		if strings.HasPrefix(value, "@") {
			return value
		}
		return endpoint.RedactBody(value)
	case "url", "metrics-url", "ready-url", "profile-url", "redis", "postgres":
		return endpoint.Redact(value)
	case "target":
		if name, address, ok := strings.Cut(value, "="); ok && !strings.ContainsAny(name, ":/") {
			return name + "=" + endpoint.Redact(address)
		}
		return endpoint.Redact(value)
	case "arm", "lotteryd-arm":
		name, command, _ := strings.Cut(value, "=")
		return name + "=" + endpoint.RedactCommand(command)
	}
	return value
}
