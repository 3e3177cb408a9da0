package reference

import (
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Configuration is what one arm is started with. The zero value but for its
// name is lotteryd as it is.
type Configuration struct {
	Name     string
	Flags    []string // of lotteryd, beyond what all arms have
	Switches string   // the variants of all switches, for people
	// RandomDice: the activity draws with random dice instead of committed ones.
	RandomDice bool
	// LosersOnly: nobody wins. By default one draw in ten does.
	LosersOnly bool
}

// Configure makes the configuration of a choice among the tuning steps.
//
// Committed dice are what the best variant of the switch "dice" is about. The
// others replace the source of random words, so their activities must ask it.
func Configure(name string, choice steps.Choice) Configuration {
	return Configuration{Name: name, Flags: choice.Flags(), Switches: choice.String(), RandomDice: choice.Variant("dice") != "best"}
}

// Command is the arm's command line but for addresses and stores.
func (c Configuration) Command() []string {
	return append([]string{Name, "serve", "--migrate"}, c.Flags...)
}

// samplingFlags make lotteryd fill the profiles that are off by default: a
// sample for every 10 µs blocked, and one in ten contentions of a mutex. Both
// are rare enough not to show in the others.
func samplingFlags(kinds []profiles.Kind) (flags []string) {
	for _, kind := range kinds {
		switch kind {
		case profiles.Block:
			flags = append(flags, "--block-profile-rate", "10000")
		case profiles.Mutex:
			flags = append(flags, "--mutex-profile-fraction", "10")
		}
	}
	return flags
}
