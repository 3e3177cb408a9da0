//go:build linux

package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// campaign is what a run was asked for. A run goes on only with the same.
type campaign struct {
	Version  int    `json:"version"` // of the file, 1
	Seed     uint64 `json:"seed"`
	PerRound int    `json:"per_round"`
	Planted  fault  `json:"planted"`
	Strict   bool   `json:"strict_names"` // see [powerloss.Options.EntryNeedsFolder]
	// Programs is a hash of lotteryd and powerbench: results of two versions are
	// not those of one run.
	Programs string `json:"programs"`
}

// hashOf is a short hash of the content of files.
func hashOf(paths ...string) (string, error) {
	all := sha256.New()
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(all, file)
		if err := errors.Join(err, file.Close()); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(all.Sum(nil)[:8]), nil
}

// archive is the file losses.jsonl: the campaign in its first line, then a line
// for each loss. It is appended to and never rewritten, so an interrupted run
// loses no more than the loss that it was at.
type archive struct {
	file     *os.File
	outcomes []outcome // by the number of the loss
}

// openArchive reads what dir has, which may be nothing, and gets ready to append.
func openArchive(dir string, c campaign) (*archive, error) {
	path := filepath.Join(dir, "losses.jsonl")
	a := &archive{}
	err := a.read(path, c)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return nil, err
	}
	if a.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	if fresh {
		err = a.line(c)
	}
	return a, err
}

// read takes over the outcomes of an earlier run. A last line that was cut off
// is an error: it takes a crash between two bytes of one write.
func (a *archive) read(path string, c campaign) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		if number == 1 {
			var was campaign
			if err := json.Unmarshal(lines.Bytes(), &was); err != nil {
				return fmt.Errorf("%s:1: %w", path, err)
			}
			if was != c {
				return fmt.Errorf("%s is of another run (%+v, not %+v); choose another folder with --out, or remove it", path, was, c)
			}
			continue
		}
		var o outcome
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return fmt.Errorf("%s:%d: %w", path, number, err)
		}
		if o.Plan.Number != len(a.outcomes) {
			return fmt.Errorf("%s:%d: this is loss %d, and %d was expected; remove the file", path, number, o.Plan.Number, len(a.outcomes))
		}
		a.outcomes = append(a.outcomes, o)
	}
	return lines.Err()
}

// add appends the outcome of the next loss.
func (a *archive) add(o outcome) error {
	a.outcomes = append(a.outcomes, o)
	return a.line(o)
}

func (a *archive) line(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = a.file.Write(append(data, '\n'))
	return err
}

func (a *archive) close() error { return a.file.Close() }
