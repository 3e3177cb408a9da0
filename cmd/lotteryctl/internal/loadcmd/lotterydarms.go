package loadcmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// readLotterydArms reads every --lotteryd-arm: the reference service, started
// with flags of its own. The flags are separated by spaces; lotteryd itself
// says what is wrong with them.
func (b *benchRun) readLotterydArms() ([]reference.Configuration, error) {
	texts := b.options.lotterydArms
	if len(texts) == 1 {
		return nil, errors.New("--lotteryd-arm was given once, so there is nothing to compare it with; add another one, which may have no flags: --lotteryd-arm plain=")
	}
	var all []reference.Configuration
	seen := map[string]bool{}
	for _, text := range texts {
		name, flags, ok := strings.Cut(text, "=")
		if !ok || strings.HasPrefix(name, "-") {
			return nil, fmt.Errorf("--lotteryd-arm is %q; use name='flags'", text)
		}
		if err := runfolder.CheckName(name); err != nil {
			return nil, fmt.Errorf("--lotteryd-arm: %w", err)
		}
		if seen[name] {
			return nil, fmt.Errorf("--lotteryd-arm: two arms are named %q", name)
		}
		seen[name] = true
		all = append(all, reference.Configuration{Name: name, Flags: strings.Fields(flags)})
	}
	return all, nil
}

// checkLotterydArms refuses what --lotteryd-arm cannot be together with.
func (o *benchOptions) checkLotterydArms() error {
	if len(o.lotterydArms) == 0 {
		return nil
	}
	for _, other := range []struct {
		flag  string
		given bool
	}{{"--steps", o.steps != ""}, {"--vary", o.vary != ""}, {"--arm", len(o.arms) > 0}, {"--calibrate", o.calibrate}} {
		if other.given {
			return fmt.Errorf("--lotteryd-arm and %s cannot be combined: an experiment varies one thing", other.flag)
		}
	}
	if o.url != "" {
		return errors.New("--lotteryd-arm is only for the reference service; remove --url")
	}
	return nil
}

// configurationNames joins the arms' names.
func configurationNames(all []reference.Configuration) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return runfolder.CleanName(strings.Join(names, "-"))
}
