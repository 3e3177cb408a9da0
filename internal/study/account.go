package study

// Balance sets the steps against their total, in absolute units, so that what
// the steps do not explain shows. Means and totals add up; percentiles do not
// have to, so the rest of p95 also holds what steps do to each other.
type Balance struct {
	Title string        `json:"title"`
	Units []string      `json:"units"` // of the deltas below, as in bench.txt
	Steps []BalanceLine `json:"steps"`
	// Sum is that of the steps, Total what was measured from end to end, Rest
	// what Total has more than Sum. Start and End are the two ends themselves.
	Sum   BalanceLine `json:"sum"`
	Total BalanceLine `json:"total"`
	Rest  BalanceLine `json:"rest"`
	Start BalanceLine `json:"start"`
	End   BalanceLine `json:"end"`
}

// BalanceLine has a value for each unit; nil where it was not measured.
type BalanceLine struct {
	Title  string     `json:"title"`
	Deltas []*float64 `json:"values"`
}

// balanceUnits are what is accounted for: milliseconds, processor time, bytes.
func balanceUnits() []string {
	return []string{"ns/op", "p95-latency-ns", "cpu-ns/op", "B/op", "allocs/op"}
}

// balance adds up an account. A delta is the median of the differences within
// rounds, so even a ladder, whose rungs add up by construction, leaves a rest
// as large as the noise.
func (f figures) balance(d Design, a Account) Balance {
	b := Balance{Title: a.Title, Units: balanceUnits()}
	total := d.Contrasts[a.Total]
	b.Start.Title, b.End.Title = total.From, total.To
	b.Sum.Title, b.Total.Title, b.Rest.Title = "sum of the steps", "measured together", "not explained"
	for _, part := range a.Parts {
		b.Steps = append(b.Steps, BalanceLine{Title: d.Contrasts[part].Title})
	}
	for _, unit := range b.Units {
		sum, complete := 0.0, true
		for i, part := range a.Parts {
			e, ok := f.describe(d.Contrasts[part].From, d.Contrasts[part].To, unit)
			b.Steps[i].add(e.Delta, ok)
			sum, complete = sum+e.Delta, complete && ok
		}
		whole, ok := f.describe(total.From, total.To, unit)
		b.Start.add(whole.From, ok)
		b.End.add(whole.To, ok)
		b.Sum.add(sum, complete)
		b.Total.add(whole.Delta, ok)
		b.Rest.add(whole.Delta-sum, ok && complete)
	}
	return b
}

func (l *BalanceLine) add(value float64, known bool) {
	if !known {
		l.Deltas = append(l.Deltas, nil)
		return
	}
	l.Deltas = append(l.Deltas, &value)
}
