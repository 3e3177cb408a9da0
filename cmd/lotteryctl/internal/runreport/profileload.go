package runreport

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

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
		writeCard(b, &load.Rounds[0], load.clock())
	} else {
		writeTables(b, load.Rounds, load.clock())
	}
	for _, note := range load.notes() {
		fmt.Fprintf(b, "note: %s\n", note)
	}
}
