package runfolder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
)

// Adopt makes rules those of the folder. Runs that are there were made under the
// same, or they could not be compared: then the error says what differs.
func (f *Folder) Adopt(rules Rules) error {
	if len(f.rounds)+len(f.profiled) == 0 {
		f.manifest.Rules = rules
		if err := f.writeManifest(); err != nil {
			return f.Explain(err)
		}
		return nil
	}
	then, _ := json.Marshal(f.manifest.Rules) // plain fields: it cannot fail
	now, _ := json.Marshal(rules)
	if !bytes.Equal(then, now) {
		return fmt.Errorf("the experiment cannot be resumed: its rules were %s and are now %s", then, now)
	}
	return nil
}

// Settled says whether the current try of a round of so many arms is the one that
// stays, by the rules adopted.
func (f *Folder) Settled(round, arms int) bool {
	rules := &f.manifest.Rules
	seen := map[string]bool{}
	for _, r := range f.rounds {
		if r.Round != round || r.Repeated {
			continue
		}
		if r.Partial || (r.Failure != "" && !rules.KeepGoing) || rules.mustRepeat(&r) {
			return false
		}
		seen[r.Arm] = true
	}
	return len(seen) == arms
}

// mustRepeat says that a run was too noisy for its round to stay.
func (l *Rules) mustRepeat(r *Round) bool { return len(r.Noisy) > 0 && r.Repeat < l.Repeats }

// Reset clears the way for a round that is not settled and says which repeat
// it is. An interrupted try is dropped; one that was too noisy, but not marked
// yet when the writer was killed, is marked now.
func (f *Folder) Reset(round int) (repeat int, err error) {
	noisy := slices.ContainsFunc(f.rounds, func(r Round) bool {
		return r.Round == round && !r.Repeated && !r.Partial && f.manifest.Rules.mustRepeat(&r)
	})
	for _, r := range f.rounds {
		if r.Round == round && (r.Repeated || noisy) {
			repeat = max(repeat, r.Repeat+1)
		}
	}
	if noisy {
		return repeat, f.Supersede(round, repeat-1)
	}
	f.rounds = slices.DeleteFunc(f.rounds, func(r Round) bool { return r.Round == round && !r.Repeated })
	return repeat, nil
}

// Supersede marks the runs of a round, so that another try takes their place.
func (f *Folder) Supersede(round, repeat int) error {
	for i := range f.rounds {
		r := &f.rounds[i]
		if r.Round != round || r.Repeated {
			continue
		}
		r.Repeated = true
		dir := f.armDir(r.Arm, round)
		if err := os.Rename(dir, fmt.Sprintf("%s.repeated-%d", dir, repeat+1)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return f.Explain(err)
		}
	}
	if err := f.save(); err != nil {
		return f.Explain(err)
	}
	return nil
}

// AddProfiled writes a profiled run down, in the place of one of before.
func (f *Folder) AddProfiled(p Profiled) error {
	before := f.profiled
	f.profiled = append(slices.DeleteFunc(slices.Clone(before), func(q Profiled) bool {
		return q.Arm == p.Arm && q.Round.Round == p.Round.Round
	}), p)
	if err := f.save(); err != nil {
		f.profiled = before
		return f.Explain(err)
	}
	return nil
}

// ProfiledWhole says that a profiled run need not be made again.
func (f *Folder) ProfiledWhole(arm string, round int) bool {
	return slices.ContainsFunc(f.profiled, func(p Profiled) bool {
		failed := p.Failure != "" && !f.manifest.Rules.KeepGoing
		return p.Arm == arm && p.Round.Round == round && !p.Partial && !failed
	})
}

// Profiled are the profiled runs it holds, in the order they ended.
func (f *Folder) Profiled() []Profiled { return slices.Clone(f.profiled) }

// Rounds are the runs it holds, in the order they ended.
func (f *Folder) Rounds() []Round { return slices.Clone(f.rounds) }

// Add writes a run down.
func (f *Folder) Add(r Round) error {
	f.rounds = append(f.rounds, r)
	if err := f.save(); err != nil {
		f.rounds = f.rounds[:len(f.rounds)-1]
		return f.Explain(err)
	}
	return nil
}
