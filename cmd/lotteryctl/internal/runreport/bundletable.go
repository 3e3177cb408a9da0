package runreport

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// bundleTable has a line for each profile asked for. The totals are without the
// work of taking the profiles. What a request cost is there where the requests are
// known.
func bundleTable(m *profiles.Manifest) *cli.Table {
	each := slices.ContainsFunc(m.Profiles, func(p profiles.Profile) bool { return p.Requests != nil && *p.Requests > 0 })
	names := []string{"profile", "stacks", "total", "bytes", ""}
	if each {
		names = slices.Insert(names, 3, "per request")
	}
	t := cli.NewTable(names...).Right(1, len(names)-2)
	row := func(kind profiles.Kind, stacks, total, request, bytes, note string) {
		cells := []string{string(kind), stacks, total, bytes, note}
		if each {
			cells = slices.Insert(cells, 3, request)
		}
		t.Row(cells...)
	}
	for _, p := range m.Profiles {
		switch p.Status {
		case profiles.Skipped:
		case profiles.Failed:
			row(p.Kind, unknown, unknown, unknown, unknown, "failed: "+words.Failure(p.Failure))
		default:
			total, request := totalText(p)
			row(p.Kind, units.Grouped(int64(p.Samples)), total, request, units.Grouped(p.Bytes), words.Notes(otherNotes(p)))
		}
	}
	return t
}

// totalText is the sum of the value that one looks at first, and that of a
// request, without the work of taking the profiles.
func totalText(p profiles.Profile) (total, request string) {
	look := map[profiles.Kind]string{
		profiles.CPU: "cpu", profiles.Heap: "inuse_space", profiles.Allocs: "alloc_space",
		profiles.Block: "delay", profiles.Mutex: "delay",
	}
	for _, t := range p.SampleTypes {
		if name := look[p.Kind]; name != "" && t.Type != name {
			continue
		}
		value := float64(t.Total) * (1 - takingShare(p))
		request = unknown
		if p.Requests != nil && *p.Requests > 0 {
			request = units.Rough(value/float64(*p.Requests), t.Unit)
		}
		switch t.Unit {
		case "nanoseconds":
			if value > 0 && value < float64(time.Millisecond) {
				return units.Rough(value, "ns") + " " + t.Type, request
			}
			return time.Duration(value).Round(time.Millisecond).String() + " " + t.Type, request
		case "bytes":
			if value > 0 && value < 1<<20 {
				return units.Rough(value, "bytes") + " " + t.Type, request
			}
			return mebi(&value) + " MiB " + t.Type, request
		}
		return units.Grouped(int64(value+0.5)) + " " + t.Type, request
	}
	return unknown, unknown
}

// takingShare is the part of a profile that is the taking of profiles.
func takingShare(p profiles.Profile) float64 {
	for _, n := range p.Notes {
		if n.Code == profiles.NoteOwnShare {
			return n.Share
		}
	}
	return 0
}

// otherNotes are those that are not about the taking of profiles.
func otherNotes(p profiles.Profile) profiles.Notes {
	return slices.DeleteFunc(slices.Clone(p.Notes), func(n profiles.Note) bool { return n.Code == profiles.NoteOwnShare })
}

// shownTaking is the share from which it is told how much of a profile was left
// out.
const shownTaking = 0.005

// takingText says once what the totals are without; "" if it is next to nothing.
func takingText(m *profiles.Manifest) string {
	var parts []string
	for _, p := range m.Profiles {
		if share := takingShare(p); share >= shownTaking {
			parts = append(parts, fmt.Sprintf("%s of %s", units.Percent(share), p.Kind))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "left out: taking the profiles, " + strings.Join(parts, ", ")
}

// seeIt is what flame shows first: the bundle, which it knows the requests of, or
// a file where there is no CPU profile.
func seeIt(m *profiles.Manifest, path, file string) string {
	if cpu, ok := m.Profile(profiles.CPU); ok && cpu.File == file {
		return path
	}
	return filepath.Join(path, file)
}
