package lottery

// Workbench is how records are made ready to draw from: which generator and
// which sampler their activities use. The zero value is the default of both.
// None of it changes which prize a word stands for.
type Workbench struct {
	// Words is the generator of activities with dice "random". By default,
	// CryptoWords.
	Words Words
	// Sampler makes the sampler of each activity. By default, AliasSampler.
	Sampler NewSampler
}

// withDefaults fills in what is not set.
func (b Workbench) withDefaults() Workbench {
	if b.Words == nil {
		b.Words = CryptoWords()
	}
	if b.Sampler == nil {
		b.Sampler = AliasSampler
	}
	return b
}

// Activity prepares a record whose spec is valid. Costs time and memory linear
// in prizes and blocked users.
func (b Workbench) Activity(r Record) *Activity {
	b = b.withDefaults()
	r.Spec = r.Spec.WithDefaults()
	a := &Activity{Record: r, blank: Blank, dice: newDice(r.Spec.ID, r.Secret), words: b.Words}
	index := make(map[string]int, len(r.Spec.Prizes))
	weights := make([]uint64, 0, len(r.Spec.Prizes)+1)
	for i, p := range r.Spec.Prizes {
		index[p.ID] = i
		weights = append(weights, p.Weight)
	}
	if r.Spec.BlankWeight > 0 {
		a.blank = len(weights)
		weights = append(weights, r.Spec.BlankWeight)
	}
	table := NewAliasTable(weights)
	a.size, a.sampler = table.Size(), b.Sampler(table)
	for i, p := range r.Spec.Prizes {
		chain := []int{i}
		for next := p.Fallback; next != ""; next = r.Spec.Prizes[chain[len(chain)-1]].Fallback {
			chain = append(chain, index[next])
		}
		a.chains = append(a.chains, chain)
	}
	a.blocked = make(map[string]struct{}, len(r.Spec.Blocked))
	for _, u := range r.Spec.Blocked {
		a.blocked[u] = struct{}{}
	}
	return a
}

// NewActivity prepares a record whose spec is valid on the default [Workbench].
func NewActivity(r Record) *Activity { return Workbench{}.Activity(r) }
