package flame

import (
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

const (
	// level is the chance of one false report or more in a whole diff.
	level      = 0.05
	confidence = 0.95
	// leastScatter is the relative scatter between runs that is assumed at
	// least, when profiles agree better than runs ever do.
	leastScatter = 0.005
	// visible is, when nothing is known about noise, the share of the total that
	// a change must be to be shown in color.
	visible = 0.01
)

// judge fills in intervals, p-values and significance.
func (c *comparison) judge(d *Diff) {
	questions := c.questions(d)
	d.Evidence = c.evidence()
	switch d.Evidence {
	case FromRounds:
		c.judgeRounds(d, questions)
	case FromSamples:
		c.judgeSamples(d, questions)
	default:
		d.Notes = append(d.Notes, Note{Code: NoiseUnknown})
	}
	largest := max(math.Abs(d.Nodes[0].Total.Old), math.Abs(d.Nodes[0].Total.New))
	for _, q := range questions {
		q.change.Significance = c.significance(*q.change, d.Evidence, largest)
	}
	for i := len(d.Nodes) - 1; i >= 0; i-- {
		if c.passesOn(d, i) {
			d.Nodes[i].Total = d.Nodes[i+1].Total
		}
	}
}

func (c *comparison) evidence() Evidence {
	sampled := true
	for _, q := range c.quanta {
		sampled = sampled && q > 0
	}
	switch {
	case c.old >= 2 && len(c.inputs)-c.old >= 2:
		return FromRounds
	case sampled && !momentary(c.typ):
		return FromSamples
	}
	return FromNothing
}

// judgeRounds takes the profiles of a side as replicates.
func (c *comparison) judgeRounds(d *Diff, questions []question) {
	n := len(c.inputs)
	q := stat.Questions{Old: c.old, New: n - c.old}
	var asked []*Change
	whole := meanOf(c.row(c.tree.totals, 0))
	for _, each := range questions {
		row := c.row(each.values, each.index)
		if c.countable(meanOf(row), whole) {
			each.change.Low, each.change.High = stat.WelchInterval(row[:c.old], row[c.old:], confidence)
			asked = append(asked, each.change)
			q.Values = append(q.Values, row...)
			q.Floor = append(q.Floor, c.floor(row))
		}
	}
	if c.canonical(&q) {
		q.Old, q.New = q.New, q.Old
	}
	p, draws := stat.MaxT(q, c.options.Seed)
	for i := range asked {
		asked[i].P = p[i]
	}
	if least := 2 / float64(draws); least > level {
		d.Notes = append(d.Notes, Note{Code: TooFewProfiles, Old: c.old, New: n - c.old, LeastP: least})
	}
}

// canonical puts the sides in an order that does not depend on which is called
// old, so that exchanging them draws the same relabellings. It says whether it
// exchanged them.
func (c *comparison) canonical(q *stat.Questions) bool {
	n := q.Old + q.New
	exchange := q.Old > q.New
	for i := 0; q.Old == q.New && i < len(q.Values); i += n {
		a, b := meanOf(q.Values[i:i+q.Old]), meanOf(q.Values[i+q.Old:i+n])
		if a != b {
			exchange = a > b
			break
		}
	}
	if !exchange {
		return false
	}
	for i := 0; i < len(q.Values); i += n {
		row := append(append([]float64(nil), q.Values[i+q.Old:i+n]...), q.Values[i:i+q.Old]...)
		copy(q.Values[i:], row)
	}
	return true
}

// floor is the standard error that counting alone gives the difference of the
// two means, or the least scatter, whichever is more.
func (c *comparison) floor(row []float64) float64 {
	mean := math.Abs(meanOf(row))
	perRun := max(mean*c.sampleValue(), mean*mean*leastScatter*leastScatter)
	return math.Sqrt(perRun * (1/float64(c.old) + 1/float64(len(row)-c.old)))
}

func (c *comparison) significance(change Change, e Evidence, largest float64) Significance {
	delta := math.Abs(change.Delta())
	enough := delta > 0 && delta >= c.options.MinEffect*max(math.Abs(change.Old), math.Abs(change.New))
	certain := change.P <= level
	if e == FromNothing {
		certain = delta >= visible*largest
	}
	switch {
	case !enough || !certain:
		return WithinNoise
	case change.Old == 0:
		return Appeared
	case change.New == 0:
		return Vanished
	case change.Delta() > 0:
		return Grew
	}
	return Shrank
}
