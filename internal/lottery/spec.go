package lottery

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"time"
)

// Bounds of a spec. The alias table needs weight sum × columns < 2^63.
const (
	MaxPrizes = 1024
	MaxStock  = 100_000_000 // units over all prizes
	MaxWeight = math.MaxUint32
	MaxNames  = 256 // bytes of a name, tier or prize id
)

// DiceMode says where an activity's randomness comes from.
type DiceMode string

// The two sources. DiceCommitted derives the dice of a request by HMAC-SHA256
// from a secret whose SHA-256 is published first: the same request always has
// the same dice and anyone can check every draw once the secret is revealed.
// DiceRandom reads the operating system's generator: unpredictable to everyone,
// the operator too, but not checkable.
const (
	DiceCommitted DiceMode = "committed"
	DiceRandom    DiceMode = "random"
)

// Prize is one kind of thing to win.
type Prize struct {
	ID       string `json:"id" yaml:"id"`
	Tier     string `json:"tier" yaml:"tier"` // a label of metrics: keep few
	Name     string `json:"name" yaml:"name"`
	Weight   uint64 `json:"weight" yaml:"weight"` // share of the draws, out of all weights plus blank_weight
	Stock    int64  `json:"stock" yaml:"stock"`   // numbered units 1..stock
	Fallback string `json:"fallback,omitempty" yaml:"fallback,omitempty"`
	// Fallback is the id of the prize given when this one is sold out; empty
	// means a loss. The weights of the other prizes do not change.
}

// Spec is an activity as its organiser writes it, in YAML or JSON.
type Spec struct {
	ID           string    `json:"id" yaml:"id"` // lower-case letters, digits, '-'; up to 63
	Name         string    `json:"name" yaml:"name"`
	Starts       time.Time `json:"starts" yaml:"starts"`                                     // first instant draws are taken
	Ends         time.Time `json:"ends" yaml:"ends"`                                         // first instant they no longer are
	Dice         DiceMode  `json:"dice,omitempty" yaml:"dice,omitempty"`                     // by default, committed
	DrawsPerUser int       `json:"draws_per_user,omitempty" yaml:"draws_per_user,omitempty"` // 0: no limit
	WinsPerUser  int       `json:"wins_per_user,omitempty" yaml:"wins_per_user,omitempty"`   // 0: no limit; at the limit every draw loses
	BlankWeight  uint64    `json:"blank_weight" yaml:"blank_weight"`                         // weight of winning nothing
	Prizes       []Prize   `json:"prizes" yaml:"prizes"`
	Blocked      []string  `json:"blocked,omitempty" yaml:"blocked,omitempty"` // users who may not draw
}

// ActivityStatus is an activity as the admin port shows it.
type ActivityStatus struct {
	Spec       Spec   `json:"spec"`
	Version    int64  `json:"version"` // grows by one with each change
	Epoch      int64  `json:"epoch"`   // grows by one with each rebuild of Redis
	Closed     bool   `json:"closed"`
	Commitment string `json:"commitment"`       // hex SHA-256 of the dice secret
	Secret     string `json:"secret,omitempty"` // hex; published once the activity is closed
	Won        int64  `json:"won"`              // rows in the ledger
}

// WithDefaults returns s with empty optional fields filled in.
func (s Spec) WithDefaults() Spec {
	if s.Dice == "" {
		s.Dice = DiceCommitted
	}
	return s
}

// Validate reports the first thing wrong with the spec as one sentence that
// names the field, or nil. It is what stands between an organiser's typo and a
// draw that cannot be undone, so it refuses whatever is not plainly meant.
func (s Spec) Validate() error {
	s = s.WithDefaults()
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`).MatchString(s.ID) {
		return invalid("id is %q; use 1 to 63 lower-case letters, digits and '-'", s.ID)
	}
	if err := checkID(s.Name, "name", MaxNames, false); err != nil {
		return invalid("%s", sentence(err))
	}
	if s.Starts.IsZero() || s.Ends.IsZero() || !s.Starts.Before(s.Ends) {
		return invalid("starts %s must be before ends %s, and both are required", stamp(s.Starts), stamp(s.Ends))
	}
	if s.Dice != DiceCommitted && s.Dice != DiceRandom {
		return invalid("dice is %q; use %q or %q", s.Dice, DiceCommitted, DiceRandom)
	}
	if s.DrawsPerUser < 0 || s.DrawsPerUser > maxDraws || s.WinsPerUser < 0 || s.WinsPerUser > maxWins {
		return invalid("draws_per_user must be 0 to %d and wins_per_user 0 to %d", maxDraws, maxWins)
	}
	for i, u := range s.Blocked {
		if err := checkID(u, "blocked", MaxUserBytes, true); err != nil {
			return invalid("blocked[%d]: %s", i, sentence(err))
		}
	}
	return s.validatePrizes()
}

// Most draws and wins that are counted for one user in one activity.
const (
	maxDraws = math.MaxInt32
	maxWins  = math.MaxUint16
)

func (s Spec) validatePrizes() error {
	if len(s.Prizes) == 0 || len(s.Prizes) > MaxPrizes {
		return invalid("prizes has %d entries; 1 to %d are allowed", len(s.Prizes), MaxPrizes)
	}
	index := make(map[string]int, len(s.Prizes))
	var stock int64
	for i, p := range s.Prizes {
		if err := p.validate(); err != nil {
			return invalid("prizes[%d]: %s", i, sentence(err))
		}
		if first, ok := index[p.ID]; ok {
			return invalid("prizes[%d].id %q is already the id of prizes[%d]", i, p.ID, first)
		}
		index[p.ID] = i
		stock += p.Stock
	}
	if stock > MaxStock {
		return invalid("the prizes have %d units; at most %d are allowed", stock, int64(MaxStock))
	}
	if s.BlankWeight > MaxWeight {
		return invalid("blank_weight is %d; at most %d is allowed", s.BlankWeight, uint64(MaxWeight))
	}
	if s.totalWeight() == 0 {
		return invalid("all weights are 0; give at least one prize or blank_weight a weight")
	}
	return s.validateFallbacks(index)
}

func (p Prize) validate() error {
	for _, f := range [...]struct{ name, value string }{{"id", p.ID}, {"tier", p.Tier}, {"name", p.Name}} {
		if err := checkID(f.value, f.name, MaxNames, true); err != nil {
			return err
		}
	}
	if p.Weight > MaxWeight {
		return fmt.Errorf("weight is %d; at most %d is allowed", p.Weight, uint64(MaxWeight))
	}
	if p.Stock < 0 || p.Stock > MaxStock {
		return fmt.Errorf("stock is %d; 0 to %d are allowed", p.Stock, int64(MaxStock))
	}
	return nil
}

// validateFallbacks refuses unknown targets and rings: a ring would make a draw
// walk for ever once everything in it is sold out.
func (s Spec) validateFallbacks(index map[string]int) error {
	for i, p := range s.Prizes {
		steps := 0
		for next := p.Fallback; next != ""; steps++ {
			j, ok := index[next]
			if !ok {
				return invalid("prizes[%d].fallback is %q, which is not the id of a prize", i, next)
			}
			if j == i || steps > len(s.Prizes) {
				return invalid("prizes[%d].fallback leads back to itself; the last prize of the chain must have no fallback", i)
			}
			next = s.Prizes[j].Fallback
		}
	}
	return nil
}

// totalWeight cannot overflow: at most 1,025 weights below 2^32.
func (s Spec) totalWeight() uint64 {
	sum := s.BlankWeight
	for _, p := range s.Prizes {
		sum += p.Weight
	}
	return sum
}

func invalid(format string, args ...any) error {
	return Refuse(KindMalformed, "activity: "+format, args...)
}

// sentence is what an error says to people, without its kind.
func sentence(err error) string {
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Message
	}
	return err.Error()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "(missing)"
	}
	return t.Format(time.RFC3339)
}
