package flame_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
)

// single is one side of a diff, of one profile of samples.
func single(t *testing.T, text string) []flame.Input {
	t.Helper()
	return []flame.Input{{Profile: readText(t, text)}}
}

// TestOneHotStackDoesNotHideItself: with one profile a side, a function that takes
// longer moves all its callers. That is one change, not scatter of the counts.
func TestOneHotStackDoesNotHideItself(t *testing.T) {
	t.Parallel()
	const old = "serve;mux;handler;fn;burn 1000\nserve;mux;handler;fn 20\nserve 15\nrt 30\n"
	const new = "serve;mux;handler;fn;burn 5000\nserve;mux;handler;fn 22\nserve 14\nrt 31\n"
	const twin = "serve;mux;handler;fn;burn 1030\nserve;mux;handler;fn 22\nserve 14\nrt 31\n"
	for _, basis := range []flame.Basis{flame.PerProfile, flame.PerTypical} {
		for _, row := range []struct {
			name, old, new string
			want           flame.Significance
		}{
			{"planted", old, new, flame.Grew},
			{"exchanged", new, old, flame.Shrank},
			{"healthy", old, twin, flame.WithinNoise},
			{"with itself", old, old, flame.WithinNoise},
		} {
			d := compare(t, single(t, row.old), single(t, row.new), flame.DiffOptions{Basis: basis})
			if row.want == flame.WithinNoise {
				if found := d.Certain(0); len(found) > 0 {
					t.Errorf("%s, %s: certain are %+v, want none", basis, row.name, found)
				}
				continue
			}
			for _, f := range d.Functions {
				if name := d.Names[f.Name]; name == "burn" && f.Self.Significance != row.want || name != "burn" && f.Self.Significance != flame.WithinNoise {
					t.Errorf("%s, %s: %s itself is %+v", basis, row.name, name, f.Self)
				}
			}
			if got := names(d, d.Causes); len(got) != 1 || got[0] != "burn" {
				t.Errorf("%s, %s: causes %v, want burn alone", basis, row.name, got)
			}
		}
	}
}

// flat is a profile of functions that main calls, with these samples.
func flat(samples ...int) string {
	text := ""
	for i, n := range samples {
		text += fmt.Sprintf("main;f%d %d\n", i, n)
	}
	return text
}

// TestScatterOfCounts: what most functions do is noise if they go both ways, and a
// change of everything if they go one way.
func TestScatterOfCounts(t *testing.T) {
	t.Parallel()
	var up, down []int
	for i := range 40 {
		up, down = append(up, 800+400*(i%2)), append(down, 1200-400*(i%2))
	}
	for _, row := range []struct {
		name, old, new string
		inflated       bool
		root           flame.Significance
	}{
		{"both ways", flat(up...), flat(down...), true, flame.WithinNoise},
		{"all of them twice", flat(500, 400, 300, 600, 500), flat(1000, 800, 600, 1200, 1000), false, flame.Grew},
		{"none of them", flat(500, 400, 300, 600, 500), flat(510, 396, 310, 590, 505), false, flame.WithinNoise},
	} {
		d := compare(t, single(t, row.old), single(t, row.new), flame.DiffOptions{Basis: flame.PerProfile})
		inflation := 1.0
		for _, n := range d.Notes {
			if n.Code == flame.CountsScatter {
				inflation = n.Inflation
			}
		}
		if inflation > 10 != row.inflated || !row.inflated && inflation != 1 {
			t.Errorf("%s: the counts scatter %.1f times as much as chance", row.name, inflation)
		}
		if got := d.Nodes[0].Total.Significance; got != row.root {
			t.Errorf("%s: the whole %v, want %v", row.name, got, row.root)
		}
	}
}

// TestLessThanNoneOnASide: profiles that are differences themselves, in which most
// functions are below zero. What can be counted is judged as ever.
func TestLessThanNoneOnASide(t *testing.T) {
	t.Parallel()
	side := func(others, burn int64) []flame.Input {
		p := recursion()
		p.Sample[0].Value[0] = burn
		for i := range int64(5) {
			f := &profile.Function{ID: uint64(10 + i), Name: fmt.Sprint("f", i)}
			l := &profile.Location{ID: uint64(10 + i), Line: []profile.Line{{Function: f}}}
			p.Function, p.Location = append(p.Function, f), append(p.Location, l)
			p.Sample = append(p.Sample, &profile.Sample{Location: []*profile.Location{l}, Value: []int64{others}})
		}
		return []flame.Input{{Profile: flametest.Read(t, p)}}
	}
	d := compare(t, side(-30, 1000), side(90, 5000), flame.DiffOptions{Basis: flame.PerProfile})
	if root := d.Nodes[0].Total; root.Significance != flame.Grew || math.IsNaN(root.Low) {
		t.Errorf("the whole: %+v, want that it grew", root)
	}
}

// TestRoundingIsNoChange: shares of equal counts whose totals divide otherwise.
func TestRoundingIsNoChange(t *testing.T) {
	t.Parallel()
	for _, c := range []flame.Change{{Old: 100, New: 100.00000000000001}, {Old: 1.1, New: 1.1 - 2.3e-16}} {
		if got := c.Delta(); got != 0 {
			t.Errorf("%v to %v changed by %v, want 0", c.Old, c.New, got)
		}
	}
	if got := (flame.Change{Old: 1e9, New: 1e9 + 1}).Delta(); got != 1 {
		t.Errorf("one of 1e9 changed by %v, want 1", got)
	}
}
