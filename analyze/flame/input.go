package flame

import "github.com/lotteryctl/lotteryctl/analyze/stackprofile"

// Input is one profile of a side, with what is known about the time it was
// taken.
type Input struct {
	Profile *stackprofile.Profile
	// Requests is how many requests the service answered meanwhile. 0: not known.
	Requests float64
}

// DiffOptions say how two sides are compared.
type DiffOptions struct {
	// Type is the name of the sample type. By default the profiles' own.
	Type string
	// By is what a frame is called. By default its function.
	By stackprofile.Grouping
	// Basis is what the sides are divided by. By default the best that can be had.
	Basis Basis
	// MinShare is as in FoldOptions; a frame is shown when either side has it.
	MinShare float64
	// MinEffect is the least relative change, of the larger side, that is called
	// a change: 0.01 is 1 %. 0 is DefaultMinEffect, less than 0 any.
	MinEffect float64
	// Seed decides which relabellings are drawn when there are too many; 0 is 1.
	Seed uint64
}

// DefaultMinEffect is the relative change from which one is called a change.
const DefaultMinEffect = 0.01

// orDefault are the options with what is not set.
func (o DiffOptions) orDefault() (DiffOptions, error) {
	share, err := leastShare(o.MinShare)
	o.MinShare = share
	if o.MinEffect == 0 {
		o.MinEffect = DefaultMinEffect
	}
	o.Seed = max(o.Seed, 1)
	return o, err
}
