package runreport

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// ProfileFormat is the version of what profile --json prints of a load.
const ProfileFormat = 1

// ProfileReport is that; docs/run-folder.md describes it.
type ProfileReport struct {
	Format   int                  `json:"format"`
	Folder   string               `json:"folder"`
	Run      runfolder.Manifest   `json:"run"`
	Profiled []runfolder.Profiled `json:"profiled"`
	// Bundles are the manifests of those that have one, in the same order.
	Bundles []*profiles.Manifest `json:"bundles"`
	// Stalls are as in Report.
	Stalls []Stalls `json:"stalls,omitempty"`
	unread error

	Dirs []string `json:"-"` // of the bundles
}

// Print shows the report; it reads the bundles.
func (r *ProfileReport) Print(w io.Writer, service string, asJSON bool) error {
	if err := r.readBundles(); err != nil {
		return err
	}
	r.Stalls, r.unread = findStalls(r.rounds(), profiledTimelines(r.Folder))
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(r)
	}
	var b strings.Builder
	r.writeLoad(&b, service)
	for i, m := range r.Bundles {
		if err := PrintBundle(&b, r.Dirs[i], m, false); err != nil {
			return err
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprintf(&b, "run folder: %s\n", r.Folder)
	_, err := io.WriteString(w, b.String())
	return err
}

// rounds are the runs without what is about their profiles.
func (r *ProfileReport) rounds() (rounds []runfolder.Round) {
	for _, run := range r.Profiled {
		rounds = append(rounds, run.Round)
	}
	return rounds
}

// readBundles reads the manifests.
func (r *ProfileReport) readBundles() error {
	for _, run := range r.Profiled {
		if run.Bundle == "" {
			continue
		}
		dir := filepath.Join(r.Folder, filepath.FromSlash(run.Bundle))
		m, err := profiles.ReadManifest(os.DirFS(dir))
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		r.Dirs, r.Bundles = append(r.Dirs, dir), append(r.Bundles, m)
	}
	return nil
}

// writeLoad shows what the clients saw while the profiles were taken.
func (r *ProfileReport) writeLoad(b *strings.Builder, service string) {
	load := Report{Folder: r.Folder, Run: r.Run, Rounds: r.rounds(), Stalls: r.Stalls, unread: r.unread}
	load.writeHeader(b, service)
	if len(load.Rounds) == 1 {
		writeCard(b, &load.Rounds[0], load.clock(), ", taking the profiles included")
	} else {
		writeTables(b, load.Rounds, load.clock())
		if slices.ContainsFunc(load.Rounds, func(r runfolder.Round) bool { return r.Cost.Bytes != nil }) {
			b.WriteString("note: bytes, allocations and GC include taking the profiles\n")
		}
	}
	for _, note := range append(load.notes(), r.cpuNotes()...) {
		fmt.Fprintf(b, "note: %s\n", note)
	}
}

// missedCPU is the share of the processor time that the system counts for a service
// from which on it is told that its CPU profile has less.
const missedCPU = 0.15

// cpuNotes tell of CPU profiles that have less than the service used: the two
// figures are on one page and would contradict each other.
func (r *ProfileReport) cpuNotes() (notes []string) {
	bundles := r.Bundles
	for _, run := range r.Profiled {
		if run.Bundle == "" || len(bundles) == 0 {
			continue
		}
		m := bundles[0]
		bundles = bundles[1:]
		p, ok := m.Profile(profiles.CPU)
		used := run.Round.Cost.ServerCPU
		if !ok || used == nil || *used <= 0 || p.Requests == nil || *p.Requests == 0 || len(m.Targets) != 1 {
			continue
		}
		for _, t := range p.SampleTypes {
			if seen := float64(t.Total) / float64(*p.Requests); t.Unit == "nanoseconds" && seen < (1-missedCPU)**used {
				notes = append(notes, fmt.Sprintf("the CPU profile has %.0f %% of the CPU time that the system counts for the service (%s of %s µs per request): compare shares within it, not its absolute values",
					100*seen / *used, units.Fixed(seen/1e3, 1), units.Fixed(*used/1e3, 1)))
			}
		}
	}
	return notes
}
