package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// setup is what a run was asked for: the first file of its archive.
type setup struct {
	Version int    `json:"version"` // of the archive: 1
	Seed    uint64 `json:"seed"`
	First   int    `json:"first"`  // number of the first cycle
	Cycles  int    `json:"cycles"` // how many
	Workers int    `json:"workers"`
	Only    string `json:"only,omitempty"`
	Bound   string `json:"bound"`
}

// archive is the folder of a run: setup.json; results.jsonl, a line for each
// cycle that was finished; and the history of each cycle. Of cycles with a
// violation it also keeps the audit and the logs of lotteryd.
type archive struct {
	folder string
	setup  setup
	done   []result
}

const (
	setupFile   = "setup.json"
	resultsFile = "results.jsonl"
)

// createArchive begins a new one; the folder must be absent or empty.
func createArchive(folder string, s setup) (*archive, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		return nil, errors.Join(err, fmt.Errorf("folder %s is not empty; choose another with --out, or continue with --resume", folder))
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return &archive{folder: folder, setup: s}, os.WriteFile(filepath.Join(folder, setupFile), append(data, '\n'), 0o600)
}

// openArchive reads one that was interrupted. A last line that was cut short is
// a cycle that was not finished.
func openArchive(folder string) (*archive, error) {
	data, err := os.ReadFile(filepath.Join(folder, setupFile))
	if err != nil {
		return nil, fmt.Errorf("%s is not the archive of a run: %w", folder, err)
	}
	a := &archive{folder: folder}
	if err := json.Unmarshal(data, &a.setup); err != nil || a.setup.Version != 1 {
		return nil, fmt.Errorf("%s in %s cannot be read (version %d, want 1): %w", setupFile, folder, a.setup.Version, err)
	}
	file, err := os.Open(filepath.Join(folder, resultsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var whole int64
	in := bufio.NewReader(file)
	for {
		text, err := in.ReadBytes('\n')
		var r result
		if err != nil || json.Unmarshal(text, &r) != nil {
			break
		}
		whole += int64(len(text))
		a.done = append(a.done, r)
	}
	return a, os.Truncate(file.Name(), whole)
}

// next is the number of the cycle to do, or false if all are done.
func (a *archive) next() (int, bool) {
	return a.setup.First + len(a.done), len(a.done) < a.setup.Cycles
}

// historyPath is where the history of a cycle is.
func (a *archive) historyPath(cycle int) string {
	return filepath.Join(a.folder, fmt.Sprintf("cycle-%06d.jsonl.gz", cycle))
}

// add appends the result of the next cycle.
func (a *archive) add(r result) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(a.folder, resultsFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	a.done = append(a.done, r)
	return errors.Join(err, file.Close())
}

// evidence makes the folder for what else is kept of a cycle with a violation.
func (a *archive) evidence(cycle int) (string, error) {
	folder := filepath.Join(a.folder, fmt.Sprintf("violation-%06d", cycle))
	return folder, os.MkdirAll(folder, 0o700)
}
