package runfolder

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// maxLine bounds a line of rounds.jsonl; real ones have about 2 KiB.
const maxLine = 1 << 20

// Read reads a run folder: its manifest and its rounds, in the order they ran.
// Lines of rounds.jsonl that cannot be read are returned as skipped, one error
// each with the line's number; the others still count. err is for a folder
// that is none, or of a later format.
func Read(folder fs.FS) (m Manifest, rounds []Round, skipped []error, err error) {
	if m, err = ReadManifest(folder); err != nil {
		return m, nil, nil, err
	}
	file, err := folder.Open(roundsFile)
	if err != nil {
		return m, nil, nil, fmt.Errorf("run folder: %w", err)
	}
	defer file.Close()
	rounds, skipped, err = readRounds(file)
	return m, rounds, skipped, err
}

// ReadManifest reads run.json of a run folder.
func ReadManifest(folder fs.FS) (m Manifest, err error) {
	text, err := fs.ReadFile(folder, runFile)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("not a run folder: it has no %s", runFile)
	}
	if err != nil {
		return m, fmt.Errorf("run folder: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", runFile, err)
	}
	if m.Format < 1 || m.Format > FormatVersion {
		return m, fmt.Errorf("%s: format %d is not known, this program reads 1 to %d; use a newer lotteryctl", runFile, m.Format, FormatVersion)
	}
	return m, nil
}

func readRounds(r io.Reader) (rounds []Round, skipped []error, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var round Round
		if err := json.Unmarshal(lines.Bytes(), &round); err != nil {
			skipped = append(skipped, fmt.Errorf("%s:%d: %w", roundsFile, n, err))
			continue
		}
		if round.Arm == "" || round.Round < 1 {
			skipped = append(skipped, fmt.Errorf("%s:%d: a round needs an arm and a number of 1 or more", roundsFile, n))
			continue
		}
		round.modern()
		rounds = append(rounds, round)
	}
	if err := lines.Err(); err != nil {
		return rounds, skipped, fmt.Errorf("%s: %w", roundsFile, err)
	}
	return rounds, skipped, nil
}

// ReadProfiled reads the profiled runs of a run folder, in the order they
// ended; none if it has none. Lines that cannot be read are returned as
// skipped, one error each with the line's number.
func ReadProfiled(folder fs.FS) (runs []Profiled, skipped []error, err error) {
	file, err := folder.Open(profiledFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("run folder: %w", err)
	}
	defer file.Close()
	return readProfiled(file)
}

func readProfiled(r io.Reader) (runs []Profiled, skipped []error, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var run Profiled
		if err := json.Unmarshal(lines.Bytes(), &run); err != nil {
			skipped = append(skipped, fmt.Errorf("%s:%d: %w", profiledFile, n, err))
			continue
		}
		if fault := run.fault(); fault != "" {
			skipped = append(skipped, fmt.Errorf("%s:%d: %s", profiledFile, n, fault))
			continue
		}
		run.modern()
		runs = append(runs, run)
	}
	if err := lines.Err(); err != nil {
		return runs, skipped, fmt.Errorf("%s: %w", profiledFile, err)
	}
	return runs, skipped, nil
}

// fault says what is wrong with a line.
func (p *Profiled) fault() string {
	switch {
	case p.Arm == "" || p.Round.Round < 1:
		return "a profiled run needs an arm and a number of 1 or more"
	case p.Bundle != "" && !filepath.IsLocal(filepath.FromSlash(p.Bundle)):
		return fmt.Sprintf("the path %q leads out of the folder", p.Bundle)
	}
	return ""
}
