package flame_test

import (
	"math"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/flame/internal/stackgen"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
)

// Of diffs of nothing, one in twenty may show anything at all.
func TestCompareKeepsItsLevel(t *testing.T) {
	t.Parallel()
	o := stackgen.Options{Stacks: 150, Depth: 12, Seed: 5}
	const diffs = 20
	for _, side := range []int{1, 4} {
		wrong := 0
		for i := range uint64(diffs) {
			d := compare(t, runs(t, side, 1+i*100, o), runs(t, side, 51+i*100, o), flame.DiffOptions{})
			if all, _ := certain(d); len(all) > 0 {
				wrong++
			}
		}
		if wrong > 4 { // 1 is expected; more than 4 have a chance of 0.003
			t.Errorf("%d profiles a side: %d of %d diffs of nothing have a verdict, want about 1", side, wrong, diffs)
		}
	}
}

func TestCompareOfStrangeInputs(t *testing.T) {
	t.Parallel()
	empty := &profile.Profile{SampleType: []*profile.ValueType{{Type: "cpu", Unit: "nanoseconds"}}, PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: 1}
	none := flame.Input{Profile: flametest.Read(t, empty)}
	some := runs(t, 1, 1, small())[0]
	some.Requests = 0
	if _, err := flame.Compare(nil, []flame.Input{some}, flame.DiffOptions{}); err == nil {
		t.Error("a diff without an old side has no error")
	}
	if _, err := flame.Compare([]flame.Input{none}, []flame.Input{some}, flame.DiffOptions{}); err == nil {
		t.Error("a side without samples has no total to divide by, and no error")
	}
	if _, err := flame.Compare([]flame.Input{some}, []flame.Input{some}, flame.DiffOptions{Basis: flame.PerRequest}); err == nil {
		t.Error("per request without knowing it has no error")
	}
	d := compare(t, []flame.Input{none}, []flame.Input{some}, flame.DiffOptions{Basis: flame.PerProfile})
	for i := range d.Nodes {
		if c := d.Nodes[i].Total; c.Old != 0 || math.IsNaN(c.New) || c.Significance == flame.Grew || c.Significance == flame.Shrank || c.Significance == flame.Vanished {
			t.Fatalf("%s against nothing: %+v", name(d, &d.Nodes[i]), c)
		}
	}
	if d.Nodes[0].Total.Significance != flame.Appeared {
		t.Errorf("a whole profile against an empty one: %+v, want that it appeared", d.Nodes[0].Total)
	}
}

func TestCompareRefusesWhatIsNotAlike(t *testing.T) {
	t.Parallel()
	heap := &profile.Profile{SampleType: []*profile.ValueType{{Type: "inuse_space", Unit: "bytes"}}}
	_, err := flame.Compare([]flame.Input{{Profile: flametest.Read(t, heap)}}, runs(t, 1, 1, small()), flame.DiffOptions{})
	if err == nil {
		t.Error("heap against CPU has no error")
	}
}

// One sample against none is no change, however many rounds agree on it and
// although nothing else moves.
func TestCompareKeepsSingleSamplesGrey(t *testing.T) {
	t.Parallel()
	one := func(extra int64) flame.Input {
		p := recursion()
		p.SampleType[0] = &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}
		p.PeriodType.Unit, p.Period = "nanoseconds", 10
		p.Sample[0].Value[0] = 20_000
		if extra > 0 {
			s := &profile.Sample{Location: p.Sample[0].Location[1:], Value: []int64{extra}}
			p.Sample = append(p.Sample, s)
		}
		return flame.Input{Profile: flametest.Read(t, p), Requests: 100}
	}
	for _, side := range []int{1, 8} {
		var old, new []flame.Input
		for range side {
			old, new = append(old, one(0)), append(new, one(10))
		}
		d := compare(t, old, new, flame.DiffOptions{})
		if all, _ := certain(d); len(all) > 0 {
			t.Errorf("%d profiles a side: one sample more is called a change: %v", side, all)
		}
	}
}

// Sides that took turns are not doubted, sides one after the other are.
func TestCompareDoubtsSidesThatDidNotTakeTurns(t *testing.T) {
	t.Parallel()
	at := func(seconds ...int64) (side []flame.Input) {
		for _, s := range seconds {
			p := recursion()
			p.TimeNanos = (1_000_000 + s) * 1e9
			side = append(side, flame.Input{Profile: flametest.Read(t, p), Requests: 1})
		}
		return side
	}
	for _, test := range []struct {
		name     string
		old, new []flame.Input
		doubt    bool
	}{
		{"turns", at(1, 4, 5), at(2, 3, 6), false},
		{"one after the other", at(1, 2, 3), at(4, 5, 6), true},
		{"the new side first", at(4, 5, 6), at(1, 2, 3), true},
		{"one profile a side", at(1), at(2), false},
	} {
		doubt := false
		for _, note := range compare(t, test.old, test.new, flame.DiffOptions{}).Notes {
			doubt = doubt || note.Code == flame.SidesApart
		}
		if doubt != test.doubt {
			t.Errorf("%s: doubted is %v, want %v", test.name, doubt, test.doubt)
		}
	}
}

// recursion is a CPU profile with one stack: main.main, which calls main.again,
// which calls itself.
func recursion() *profile.Profile {
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "count"}, Period: 1,
	}
	for i, name := range []string{"main.again", "main.main"} {
		f := &profile.Function{ID: uint64(i + 1), Name: name, Filename: "main.go"}
		p.Function = append(p.Function, f)
		p.Location = append(p.Location, &profile.Location{ID: uint64(i + 1), Line: []profile.Line{{Function: f, Line: 1}}})
	}
	again, main := p.Location[0], p.Location[1]
	p.Sample = []*profile.Sample{{Location: []*profile.Location{again, again, main}, Value: []int64{1}}}
	return p
}
