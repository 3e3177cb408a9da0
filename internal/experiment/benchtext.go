package experiment

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// writeBenchHeader writes the configuration, which must be the same for all
// lines (readers make a table of their own for each value), and the units.
func writeBenchHeader(w io.Writer, m *Manifest) error {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, strings.Join(strings.Fields(value), " "))
		}
	}
	line("goos", m.Host.OS)
	line("goarch", m.Host.Arch)
	line("cpu", m.Host.CPU)
	line("service", m.Service)
	line("workload", m.Workload)
	for _, unit := range Units() {
		if unit[1] != "" {
			fmt.Fprintf(&b, "Unit %s better=%s\n", unit[0], unit[1])
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeBenchLine writes the round as one benchmark result, so that the n-th
// line of a name is round n. A partial round, whose window is shorter than
// that of the others, becomes a comment.
func writeBenchLine(w io.Writer, benchmark string, r *Round) error {
	var b strings.Builder
	if r.Partial {
		fmt.Fprintf(&b, "# round %d was cut short and is left out: ", r.Round)
	}
	fmt.Fprintf(&b, "Benchmark%s/arm=%s %d", benchmark, r.Arm, max(r.Load.Requests, 1))
	for _, m := range r.Metrics() {
		fmt.Fprintf(&b, " %s %s", strconv.FormatFloat(m.Value, 'f', -1, 64), m.Unit)
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}
