package flame

import (
	"math"
	"slices"

	"github.com/lotteryctl/lotteryctl/analyze/stat"
)

const (
	// level is the chance of one false report or more in a whole diff.
	level      = 0.05
	confidence = 0.95
	// leastScatter is the relative scatter between runs that is assumed at
	// least, when profiles agree better than runs ever do.
	leastScatter = 0.005
	// leastCount is how many samples a profile must have of a frame, in the mean
	// of all, for the frame to be asked about: fewer decide nothing, and every
	// question makes the others harder to answer.
	leastCount = 2
	// leastAsked is the same where samples cannot be counted: a share of the whole.
	leastAsked = 0.001
	// visible is, when nothing is known about noise, the share of the total that
	// a change must be to be shown in color.
	visible = 0.01
)

// question is a change to judge, and where its values are.
type question struct {
	change *Change
	values []int64 // of c.tree or c.function
	index  int
}

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

// questions are all changes that may have an answer of their own.
func (c *comparison) questions(d *Diff) []question {
	var all []question
	for i := range d.Nodes {
		if !c.passesOn(d, i) {
			all = append(all, question{&d.Nodes[i].Total, c.tree.totals, i}, question{&d.Nodes[i].Self, c.tree.selfs, i})
		}
	}
	for i := range d.Functions {
		f := &d.Functions[i]
		all = append(all, question{&f.Total, c.function.totals, int(f.Name)}, question{&f.Self, c.function.selfs, int(f.Name)})
	}
	return all
}

// passesOn reports whether a node only calls its one child: its total is the
// child's in every profile, and so is the answer. Half of a tree and more are
// such nodes.
func (c *comparison) passesOn(d *Diff, i int) bool {
	if i+1 >= int(d.Nodes[i].End) || d.Nodes[i+1].End != d.Nodes[i].End {
		return false
	}
	n := len(c.inputs)
	return allZero(c.tree.selfs[i*n:(i+1)*n]) && allZero(c.tree.pruned[i*n:(i+1)*n])
}

func allZero(values []int64) bool {
	return !slices.ContainsFunc(values, func(v int64) bool { return v != 0 })
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

// sampleValue is what one sample weighs in the diff's unit, in the mean of the
// columns; 0: not known.
func (c *comparison) sampleValue() float64 {
	sum := 0.0
	for i, q := range c.quanta {
		if q == 0 {
			return 0
		}
		sum += q * c.factors[i]
	}
	return sum / float64(len(c.quanta))
}

// countable says whether there is enough of a quantity to ask whether it
// changed. It looks at both sides together, so it favours neither.
func (c *comparison) countable(mean, whole float64) bool {
	if value := c.sampleValue(); value > 0 {
		return math.Abs(mean) >= leastCount*value
	}
	return mean != 0 && math.Abs(mean) >= leastAsked*math.Abs(whole)
}

// floor is the standard error that counting alone gives the difference of the
// two means, or the least scatter, whichever is more.
func (c *comparison) floor(row []float64) float64 {
	mean := math.Abs(meanOf(row))
	perRun := max(mean*c.sampleValue(), mean*mean*leastScatter*leastScatter)
	return math.Sqrt(perRun * (1/float64(c.old) + 1/float64(len(row)-c.old)))
}

// judgeSamples takes the counts of samples for Poisson counts: given how many
// there are on both sides together, how they divide is a matter of chance and
// of how long either side was looked at.
func (c *comparison) judgeSamples(d *Diff, questions []question) {
	var exposure, weight [2]float64 // a side's samples for a value of 1; a sample's value
	for i := range c.inputs {
		side := c.sideIndex(i)
		exposure[side] += 1 / (c.quanta[i] * c.factors[i])
		weight[side] = c.quanta[i] * c.factors[i]
	}
	deviances, reaches := make([]float64, len(questions)), make([]float64, len(questions))
	for i, q := range questions {
		var count [2]float64
		for column := range c.inputs {
			count[c.sideIndex(column)] += float64(q.values[q.index*len(c.inputs)+column]) / c.quanta[column]
		}
		deviances[i] = math.NaN() // nothing is asked
		if count[0]+count[1] >= leastCount*float64(len(c.inputs)) {
			deviances[i] = deviance(count, exposure)
		}
		scatter := 0.0
		for side, n := range count {
			profiles := float64(c.old)
			if side == 1 {
				profiles = float64(len(c.inputs) - c.old)
			}
			scatter += max(n, 1) * weight[side] * weight[side] / (profiles * profiles)
		}
		reaches[i] = 1.96 * math.Sqrt(scatter)
	}
	p, inflation := pValues(deviances)
	for i, q := range questions {
		reach := reaches[i] * math.Sqrt(inflation)
		q.change.Low, q.change.High = q.change.Delta()-reach, q.change.Delta()+reach
	}
	for i, corrected := range stat.Holm(p) {
		questions[i].change.P = corrected
	}
	if inflation > 1.05 {
		d.Notes = append(d.Notes, Note{Code: CountsScatter, Inflation: inflation})
	}
	d.Notes = append(d.Notes, Note{Code: OneProfileASide})
}

func (c *comparison) sideIndex(column int) int {
	if column < c.old {
		return 0
	}
	return 1
}

// deviance is how badly two Poisson counts fit one rate, twice the logarithm of
// the likelihood ratio: about chi-squared with one degree of freedom if they
// have one.
func deviance(count, exposure [2]float64) float64 {
	n := count[0] + count[1]
	d := 0.0
	for side, k := range count {
		if expected := n * exposure[side] / (exposure[0] + exposure[1]); k > 0 {
			d += 2 * k * math.Log(k/expected)
		}
	}
	return max(d, 0)
}

// chiSquaredMedian is the median of chi-squared with one degree of freedom.
const chiSquaredMedian = 0.4549

// pValues are those of deviances, NaN where there is none. Real counts scatter
// more than Poisson's; how much more, the median of the deviances tells, since
// most frames did not change, and all are divided by it.
//
// Source: Devlin and Roeder, "Genomic control for association studies", 1999.
func pValues(deviances []float64) (p []float64, inflation float64) {
	var known []float64
	for _, d := range deviances {
		if !math.IsNaN(d) {
			known = append(known, d)
		}
	}
	inflation = 1
	if len(known) > 0 {
		slices.Sort(known)
		inflation = max(1, known[len(known)/2]/chiSquaredMedian)
	}
	p = make([]float64, len(deviances))
	for i, d := range deviances {
		p[i] = math.Erfc(math.Sqrt(d / inflation / 2))
	}
	return p, inflation
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
