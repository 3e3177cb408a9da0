package loadcmd

import (
	"io"
	"testing"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestConnectionsFlag: no flag is the default, 0 is no limit, and bench.txt
// says what was given.
func TestConnectionsFlag(t *testing.T) {
	for _, row := range []struct {
		args        []string
		connections int
		workload    string
	}{
		{nil, 0, "constant-100ps-10s"},
		{[]string{"--connections", "0"}, loadgen.NoCap, "constant-100ps-10s-no-connection-limit"},
		{[]string{"--connections", "8"}, 8, "constant-100ps-10s-8-connections"},
		{[]string{"--connections", "8", "--arrivals", "closed"}, 8, "closed-8-connections-10s"},
	} {
		var o benchOptions
		cmd := &cobra.Command{Use: "bench"}
		bindBenchFlags(cmd, &o)
		if err := cmd.ParseFlags(append([]string{"--url", "http://127.0.0.1:1/"}, row.args...)); err != nil {
			t.Fatal(err)
		}
		plan, err := o.newPlan(cli.Env{Stderr: io.Discard}, cmd.Flags().Changed)
		if err != nil {
			t.Fatal(err)
		}
		b := benchRun{options: &o, plan: plan}
		if plan.Connections != row.connections || b.workloadText() != row.workload {
			t.Errorf("%v: connections %d, workload %q; want %d, %q", row.args, plan.Connections, b.workloadText(), row.connections, row.workload)
		}
	}
}
