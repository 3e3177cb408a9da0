package flame_test

import (
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/flame/internal/stackgen"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
)

// programs keeps what many tests need: the programs of stackgen, and the profiles
// of their runs as the readers see them. Nothing changes a profile, so tests that
// run at the same time may share it.
type programs struct {
	mu   sync.Mutex
	made map[program]*stackgen.Program
	runs map[stackgen.Options]*stackprofile.Profile
}

type program struct {
	stacks, depth int
	seed          uint64
}

var cache = programs{made: map[program]*stackgen.Program{}, runs: map[stackgen.Options]*stackprofile.Profile{}}

// generated is a profile of stackgen as the readers see it.
func generated(t testing.TB, o stackgen.Options) *stackprofile.Profile {
	t.Helper()
	cache.mu.Lock()
	defer cache.mu.Unlock()
	key := program{o.Stacks, o.Depth, o.Seed}
	if cache.made[key] == nil {
		cache.made[key] = stackgen.NewProgram(o.Stacks, o.Depth, o.Seed)
	}
	if cache.runs[o] == nil {
		cache.runs[o] = flametest.Read(t, cache.made[key].Run(o.Weights, o.Load, o.Slower))
	}
	return cache.runs[o]
}

// runs are profiles of one program at n different times.
func runs(t testing.TB, n int, from uint64, o stackgen.Options) []flame.Input {
	t.Helper()
	var inputs []flame.Input
	for i := range n {
		o.Weights = from + uint64(i)
		inputs = append(inputs, flame.Input{Profile: generated(t, o), Requests: 1000})
	}
	return inputs
}

func compare(t testing.TB, old, new []flame.Input, o flame.DiffOptions) *flame.Diff {
	t.Helper()
	d, err := flame.Compare(old, new, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// certain are the paths of the nodes that have a verdict, and of those the
// ones that do not pass through the planted function.
func certain(d *flame.Diff) (all, elsewhere []string) {
	var path []string
	for i := range d.Nodes {
		n := &d.Nodes[i]
		path = append(path[:min(len(path), int(n.Depth))], name(d, n))
		if n.Total.Significance == flame.WithinNoise {
			continue
		}
		text := strings.Join(path, ";")
		all = append(all, text)
		if !strings.Contains(text, stackgen.Planted) {
			elsewhere = append(elsewhere, text)
		}
	}
	return all, elsewhere
}

func name(d *flame.Diff, n *flame.DiffNode) string {
	if n.Name < 0 {
		return "all"
	}
	return d.Names[n.Name]
}

func small() stackgen.Options { return stackgen.Options{Stacks: 1200, Depth: 14, Seed: 3} }

func TestCompareOfAProfileWithItselfIsEmpty(t *testing.T) {
	t.Parallel()
	in := runs(t, 1, 1, small())
	for _, requests := range []float64{0, 1000} {
		in[0].Requests = requests
		d := compare(t, in, in, flame.DiffOptions{})
		if all, _ := certain(d); len(all) > 0 || len(d.Causes) > 0 {
			t.Errorf("%d nodes have a verdict, want none: %v", len(all), all)
		}
		for _, n := range d.Nodes {
			if n.Total.Delta() != 0 || n.Self.Delta() != 0 {
				t.Fatalf("%s differs from itself by %v", name(d, &n), n.Total.Delta())
			}
		}
	}
}

func TestCompareMirrors(t *testing.T) {
	t.Parallel()
	slower := small()
	slower.Slower = 4
	for _, side := range []int{1, 3, 6} {
		old, new := runs(t, side, 1, small()), runs(t, side, 100, slower)
		there, back := compare(t, old, new, flame.DiffOptions{}), compare(t, new, old, flame.DiffOptions{})
		if len(there.Nodes) != len(back.Nodes) {
			t.Fatalf("%d nodes there and %d back", len(there.Nodes), len(back.Nodes))
		}
		mirror := map[flame.Significance]flame.Significance{flame.Grew: flame.Shrank, flame.Shrank: flame.Grew,
			flame.Appeared: flame.Vanished, flame.Vanished: flame.Appeared, flame.WithinNoise: flame.WithinNoise}
		for i := range there.Nodes {
			a, b := there.Nodes[i], back.Nodes[i]
			if name(there, &a) != name(back, &b) || a.Total.Old != b.Total.New || a.Total.New != b.Total.Old ||
				a.Total.Significance != mirror[b.Total.Significance] || !same(a.Total.P, b.Total.P) || math.Abs(a.Total.Low+b.Total.High) > 1e-9*math.Abs(a.Total.Low) {
				t.Fatalf("%d profiles a side, node %d: there %s %+v, back %s %+v", side, i, name(there, &a), a.Total, name(back, &b), b.Total)
			}
		}
	}
}

// One regression is one colored path, whatever else is asked about.
func TestCompareOfRoundsShowsThePlantedPathAlone(t *testing.T) {
	t.Parallel()
	slower := small()
	slower.Slower = 4
	d := compare(t, runs(t, 5, 1, small()), runs(t, 5, 100, slower), flame.DiffOptions{})
	if d.Basis != flame.PerRequest || d.Evidence != flame.FromRounds || d.Unit != "ns/request" {
		t.Errorf("basis %v, evidence %v, unit %q", d.Basis, d.Evidence, d.Unit)
	}
	all, elsewhere := certain(d)
	for _, path := range elsewhere {
		if strings.Contains(path, "service/cart") { // its callers grew with it
			t.Errorf("%s has a verdict, and nothing was planted there", path)
		}
	}
	if len(all) == len(elsewhere) {
		t.Errorf("the planted function has no verdict")
	}
	if len(d.Causes) != 1 || name(d, &d.Nodes[d.Causes[0]]) != stackgen.Planted {
		t.Errorf("causes are %v, want %s alone", names(d, d.Causes), stackgen.Planted)
	}
	if changes := d.Certain(3); len(changes) == 0 || changes[0].Place != flame.InTree || d.Names[changes[0].Name] != stackgen.Planted || changes[0].Caller < 0 {
		t.Errorf("certain are %+v, want the planted function first", changes)
	}
}

func names(d *flame.Diff, nodes []int) (list []string) {
	for _, i := range nodes {
		list = append(list, name(d, &d.Nodes[i]))
	}
	return list
}

func TestCompareOfOneThingWithItsTwinIsSilent(t *testing.T) {
	t.Parallel()
	for _, side := range []int{1, 2, 5} {
		d := compare(t, runs(t, side, 1, small()), runs(t, side, 100, small()), flame.DiffOptions{})
		if all, _ := certain(d); len(all) > 0 {
			t.Errorf("%d profiles a side: %d nodes have a verdict though nothing changed: %v", side, len(all), all)
		}
	}
}

// A service that was asked for more is not slower.
func TestCompareTakesLoadOut(t *testing.T) {
	t.Parallel()
	busier := small()
	busier.Load = 1.3
	old, new := runs(t, 5, 1, small()), runs(t, 5, 100, busier)
	for i := range new {
		new[i].Requests *= 1.3
	}
	if all, _ := certain(compare(t, old, new, flame.DiffOptions{})); len(all) > 0 {
		t.Errorf("per request: %v have a verdict, want none", all)
	}
	for i := range new {
		old[i].Requests, new[i].Requests = 0, 0
	}
	d := compare(t, old, new, flame.DiffOptions{})
	if all, _ := certain(d); len(all) > 0 || d.Basis != flame.PerTypical {
		t.Errorf("per %v: %v have a verdict, want none per typical", d.Basis, all)
	}
	d = compare(t, old, new, flame.DiffOptions{Basis: flame.PerSecond})
	if root := d.Nodes[0].Total; root.Significance != flame.Grew || math.Abs(root.New/root.Old-1.3) > 0.05 {
		t.Errorf("per second: the whole is %+v, want a growth of 30 %%", root)
	}
}

func TestTwoProfilesWithATypicalBasis(t *testing.T) {
	t.Parallel()
	o := stackgen.Options{Stacks: 60000, Depth: 14, Seed: 1, Weights: 1}
	after := o
	after.Weights, after.Load, after.Slower = 2, 1.3, 1.5
	d := compare(t, []flame.Input{{Profile: generated(t, o)}}, []flame.Input{{Profile: generated(t, after)}}, flame.DiffOptions{})
	all, elsewhere := certain(d)
	if len(all) == 0 || len(elsewhere) > 0 && strings.Contains(strings.Join(elsewhere, ""), "service/cart") {
		t.Errorf("certain are %v, want the way to %s and what is below it", all, stackgen.Planted)
	}
	if len(d.Causes) != 1 || name(d, &d.Nodes[d.Causes[0]]) != stackgen.Planted {
		t.Errorf("causes are %v, want %s alone", names(d, d.Causes), stackgen.Planted)
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
