package runfolder

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// WriteBench writes bench.txt: the n-th line of a name is its n-th round of
// those that count (see Kept), so lines of the same place were measured side by
// side.
func WriteBench(w io.Writer, m *Manifest, rounds []Round) error {
	if err := writeBenchHeader(w, m); err != nil {
		return err
	}
	// By round, since a resumed experiment may have filled a gap.
	inOrder := slices.Clone(rounds)
	slices.SortStableFunc(inOrder, func(a, b Round) int { return a.Round - b.Round })
	type run struct {
		round int
		arm   string
	}
	kept := map[run]bool{}
	for _, r := range Kept(inOrder) {
		kept[run{r.Round, r.Arm}] = true
	}
	for _, r := range inOrder {
		if r.Repeated {
			continue
		}
		comment := ""
		if !kept[run{r.Round, r.Arm}] {
			comment = leftOut(&r)
		}
		if err := writeBenchLine(w, m.Benchmark, comment, &r); err != nil {
			return err
		}
	}
	return nil
}

// leftOut is the comment of a run that does not count.
func leftOut(r *Round) string {
	why := "lacks an arm"
	switch {
	case r.Failure != "":
		why = "failed"
	case r.Partial:
		why = "was cut short"
	}
	return fmt.Sprintf("# round %d %s and is left out: ", r.Round, why)
}

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

// writeBenchLine writes the run as one benchmark result.
func writeBenchLine(w io.Writer, benchmark, comment string, r *Round) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%sBenchmark%s/arm=%s %d", comment, benchmark, r.Arm, max(r.Load.Requests, 1))
	for _, m := range r.Metrics() {
		fmt.Fprintf(&b, " %s %s", strconv.FormatFloat(m.Value, 'f', -1, 64), m.Unit)
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}
