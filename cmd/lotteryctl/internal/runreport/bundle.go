package runreport

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// PrintBundle tells what a bundle holds.
func PrintBundle(w io.Writer, path string, m *profiles.Manifest, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(m)
	}
	var b strings.Builder
	fmt.Fprintln(&b, bundleTitle(m))
	fmt.Fprintln(&b)
	bundleTable(m).Write(&b)
	if taking := takingText(m); taking != "" {
		fmt.Fprintln(&b, taking)
	}
	for _, s := range m.Targets {
		writeExtras(&b, s, len(m.Targets) > 1)
	}
	if len(m.Warnings) > 0 {
		fmt.Fprintln(&b)
	}
	for _, warning := range m.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", words.Warning(warning))
	}
	fmt.Fprintf(&b, "\nbundle: %s\n", path)
	if file := lookAt(m); file != "" {
		fmt.Fprintf(&b, "see it: lotteryctl flame %s\n", seeIt(m, path, file))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func bundleTitle(m *profiles.Manifest) string {
	var names []string
	for _, s := range m.Targets {
		name := s.URL
		if s.Process.GoVersion != "" {
			name += " (" + s.Process.GoVersion + ")"
		}
		names = append(names, name)
	}
	took := m.WindowEnd.Sub(m.WindowStart).Round(100 * time.Millisecond)
	title := fmt.Sprintf("%s of %s", took, strings.Join(names, ", "))
	if m.State == profiles.Partial {
		title += ", " + words.Reasons(m.Reason)
	}
	if m.Requests != nil {
		title += fmt.Sprintf("; %s requests", units.Grouped(*m.Requests))
	}
	return title
}

// writeExtras tells of what is no profile.
func writeExtras(b *strings.Builder, s profiles.Source, several bool) {
	of := ""
	if several {
		of = " of " + s.Name
	}
	if d := s.Goroutines; d != nil && d.Status == profiles.Failed {
		fmt.Fprintf(b, "goroutine dump%s failed: %s\n", of, words.Failure(d.Failure))
	}
	if m := s.Metrics; m.Status == profiles.Failed {
		fmt.Fprintf(b, "metrics%s failed: %s\n", of, words.Failure(m.Failure))
	} else if m.Status == profiles.OK {
		fmt.Fprintf(b, "metrics%s: %d samples from %s\n", of, m.Samples, m.URL)
	}
	if t := s.Trace; t != nil && t.Status == profiles.Failed {
		fmt.Fprintf(b, "trace%s failed: %s\n", of, words.Failure(t.Failure))
	} else if t != nil {
		fmt.Fprintf(b, "trace%s: %s in %s bytes\n", of, t.WindowEnd.Sub(t.WindowStart).Round(100*time.Millisecond), units.Grouped(t.Bytes))
	}
}

// lookAt is the first profile with something in it, or what is left of one.
func lookAt(m *profiles.Manifest) string {
	start := ""
	for _, p := range m.Profiles {
		if p.Status == profiles.OK {
			return p.File
		}
		start = cmp.Or(start, p.StartFile)
	}
	return start
}
