package bench

// Pairing says whether runs of two cells are compared round by round.
type Pairing string

// The pairings.
const (
	// PairAuto pairs what one input shows to have been run in rounds: every
	// line of a round comes before every line of the next.
	PairAuto Pairing = "auto"
	// Paired takes the n-th line of a name for round n, whatever the inputs.
	Paired Pairing = "paired"
	// Unpaired takes all runs for independent.
	Unpaired Pairing = "unpaired"
)

// Pairings lists them all.
func Pairings() []Pairing { return []Pairing{PairAuto, Paired, Unpaired} }

// The defaults of a [Policy].
const (
	DefaultMinEffect = 0.05
	DefaultSeed      = 1
)

// AnyEffect is the [Policy.MinEffect] from which every change matters.
const AnyEffect = -1.0

// Policy says how to judge. The zero value asks for 5 %, pairs what can be
// paired and has no gates.
type Policy struct {
	// MinEffect is the smallest relative change that counts, 0.05 for 5 %. By
	// default it is [DefaultMinEffect]. With [AnyEffect] every change counts.
	MinEffect float64
	// Noise has the minimum effect of single units, from a calibration.
	Noise *Noise
	// Pairing by default is PairAuto.
	Pairing Pairing
	// Gates decide about the exit code, and which metrics are the family that
	// p-values are corrected over: those that FailOn gates name. Without any
	// it is every metric of known direction that is not advisory.
	Gates []Gate
	// Exclusions are what the caller knows of the runs that keeps their results
	// from being a basis for a verdict.
	Exclusions []Exclusion
	// Seed decides all draws. By default DefaultSeed.
	Seed uint64
}

// filled is the policy with its defaults filled in, AnyEffect as 0.
func (p Policy) filled() Policy {
	switch {
	case p.MinEffect == 0:
		p.MinEffect = DefaultMinEffect
	case p.MinEffect < 0:
		p.MinEffect = 0
	}
	if p.Pairing == "" {
		p.Pairing = PairAuto
	}
	if p.Seed == 0 {
		p.Seed = DefaultSeed
	}
	return p
}
