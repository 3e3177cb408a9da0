package runfolder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/wholefile"
)

// Unfinished looks at an interrupted experiment without touching it. path is
// its final or its temporary name; the path returned is where it lies.
func Unfinished(path string) (Manifest, string, error) {
	path = strings.TrimSuffix(filepath.Clean(path), unfinished)
	lies := path + unfinished
	if _, err := os.Stat(lies); errors.Is(err, os.ErrNotExist) {
		lies = path
	}
	m, err := ReadManifest(os.DirFS(lies))
	if err != nil {
		return m, lies, fmt.Errorf("%s: %w", lies, err)
	}
	if m.State == Complete {
		return m, lies, fmt.Errorf("%s is complete; nothing to resume", lies)
	}
	return m, lies, nil
}

// Resume opens an interrupted experiment to go on with it, whatever ended it:
// Ctrl-C, a failing arm, a kill, a full disk. path is its final or its
// temporary name. m is what Create would be given: name, benchmark, workload,
// rounds, seed and arms must be those of before, on the same machine, or the
// runs could not be compared with one another; the error says what differs.
//
// Give the folder to Run with the same Spec. Rounds that are whole are kept,
// the one that was interrupted runs again from its first arm, and what Close
// leaves has the layout of an experiment that was never interrupted; run.json
// lists when it was resumed.
func Resume(path string, m Manifest) (*Folder, error) {
	stored, lies, err := Unfinished(path)
	if err != nil {
		return nil, err
	}
	if err := sameExperiment(stored, m); err != nil {
		return nil, fmt.Errorf("%s cannot be resumed: %w", lies, err)
	}
	path = strings.TrimSuffix(lies, unfinished)
	f := &Folder{path: path, temporary: lies, manifest: stored, write: wholefile.Write}
	if err := f.takeLock(); err != nil {
		return nil, err
	}
	_ = os.Chmod(lies, folderMode) // older versions made folders that all may read
	if err := f.reopen(); err != nil {
		return nil, errors.Join(f.Explain(err), f.unlock())
	}
	return f, nil
}

// reopen reads what is there and makes the folder one that is being written.
func (f *Folder) reopen() error {
	_, rounds, _, err := Read(os.DirFS(f.temporary))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f.rounds = rounds // a line that cannot be read is a run that must be made again
	if f.profiled, _, err = ReadProfiled(os.DirFS(f.temporary)); err != nil {
		return err
	}
	leftovers, _ := filepath.Glob(filepath.Join(f.temporary, wholefile.Pattern))
	for _, leftover := range leftovers {
		if err := os.Remove(leftover); err != nil {
			return err
		}
	}
	if f.temporary == f.path {
		if err := os.Rename(f.path, f.path+unfinished); err != nil {
			return err
		}
		f.temporary = f.path + unfinished
	}
	f.manifest.Format = FormatVersion
	f.manifest.State, f.manifest.Reason, f.manifest.Ended = Running, "", time.Time{}
	f.manifest.Resumed = append(f.manifest.Resumed, time.Now().UTC())
	return f.writeManifest()
}

// sameExperiment says what keeps the runs of two manifests apart.
func sameExperiment(stored, now Manifest) error {
	host := ThisHost()
	for _, row := range []struct {
		what      string
		then, now any
	}{
		{"name", stored.Name, now.Name},
		{"benchmark", stored.Benchmark, now.Benchmark},
		{"workload", stored.Workload, now.Workload},
		{"number of rounds", stored.Rounds, now.Rounds},
		{"seed", stored.Seed, now.Seed},
		{"arms", armNames(stored), armNames(now)},
		{"machine", stored.Host.machine(), host.machine()},
	} {
		if row.then != row.now {
			return fmt.Errorf("the %s was %v and is now %v", row.what, row.then, row.now)
		}
	}
	for i := range stored.Arms {
		if err := sameArm(stored.Arms[i], now.Arms[i]); err != nil {
			return err
		}
	}
	return nil
}

func armNames(m Manifest) string {
	var names []string
	for _, arm := range m.Arms {
		names = append(names, arm.Name)
	}
	return strings.Join(names, ", ")
}

func (h Host) machine() string {
	return fmt.Sprintf("%s/%s, %s, %d cores", h.OS, h.Arch, h.CPU, h.Cores)
}

// sameArm compares field by field, as run.json names them.
func sameArm(stored, now ArmManifest) error {
	then, is := fieldsOf(stored), fieldsOf(now)
	names := map[string]bool{}
	for name := range then {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !bytes.Equal(then[name], is[name]) {
			return fmt.Errorf("arm %s: its %s was %s and is now %s", stored.Name, name, orNothing(then[name]), orNothing(is[name]))
		}
	}
	return nil
}

func fieldsOf(arm ArmManifest) map[string]json.RawMessage {
	text, _ := json.Marshal(arm) // plain fields: it cannot fail
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(text, &fields)
	return fields
}

func orNothing(value []byte) string {
	if len(value) == 0 {
		return "not set"
	}
	return string(value)
}
