package loadcmd

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// profileFlags mean nothing without --profile.
func profileFlags() []string {
	return []string{"profile-rounds", "profile-kinds", "profile-duration", "profile-trace", "profile-url", "profile-header", "profile-timeout"}
}

const maxProfileRounds = 100

func (o *benchOptions) checkProfile(given func(string) bool) error {
	if !o.profile {
		for _, flag := range profileFlags() {
			if given(flag) {
				return fmt.Errorf("--%s requires --profile", flag)
			}
		}
		return nil
	}
	switch {
	case o.capacity:
		return errors.New("--profile needs a load at one rate; remove --capacity")
	case o.profileRounds < 1 || o.profileRounds > maxProfileRounds:
		return fmt.Errorf("--profile-rounds must be 1 to %d, not %d", maxProfileRounds, o.profileRounds)
	case len(o.arms) == 0 && strings.Contains(strings.Join(o.profiling.urls, " "), "{{port}}"):
		return errors.New("--profile-url: {{port}} is only for programs that --arm starts")
	case given("profile-duration") && (o.profileWindow < time.Second || o.profileWindow%time.Second != 0):
		return fmt.Errorf("--profile-duration must be whole seconds, not %v: net/http/pprof counts in seconds", o.profileWindow)
	case o.profiling.timeout <= 0:
		return fmt.Errorf("--profile-timeout must be positive, not %v", o.profiling.timeout)
	}
	return nil
}

// readProfile makes of the flags what the experiment does.
func (b *benchRun) readProfile() (err error) {
	o := b.options
	if !o.profile {
		return nil
	}
	kinds, err := profiles.ParseKinds(o.profiling.kinds)
	if err != nil {
		return fmt.Errorf("--profile-kinds: %w", err)
	}
	b.spec.Profile = &experiment.ProfileOptions{
		Rounds: o.profileRounds, Duration: o.profileWindow, Kinds: kinds,
		Trace: o.profiling.trace, Timeout: o.profiling.timeout,
	}
	b.subject.pprof, err = o.profiling.targets()
	return err
}

// targets are those that the flags name; nil if none does.
func (o profilingOptions) targets() ([]profiles.Target, error) {
	header, err := parseHeaders("profile-header", o.headers)
	if err != nil {
		return nil, err
	}
	urls := o.urls
	if len(urls) == 0 && len(header) > 0 {
		urls = []string{""} // headers alone: the place is the default one
	}
	var targets []profiles.Target
	for _, text := range urls {
		targets = append(targets, profiles.Target{URL: text, Header: header})
	}
	if len(o.urls) == 0 {
		return targets, nil
	}
	plan := profiles.Plan{Targets: experiment.PprofTargets(targets, loadgen.Plan{}, "1", "")} // any port will do
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("--profile-url: %w", err)
	}
	return targets, nil
}
