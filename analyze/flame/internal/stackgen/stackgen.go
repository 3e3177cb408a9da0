// Package stackgen makes CPU profiles as large as one likes, of a service that
// does not exist: forty packages of handlers behind one chain of middleware,
// below them a random graph of calls. They are what speed is measured with, and
// since it is known what was planted, what a diff is tried on.
package stackgen

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/pprof/profile"
)

// Options say what to make.
type Options struct {
	// Stacks is how many samples there are, practically all with distinct stacks.
	Stacks int
	// Depth is their mean depth in frames.
	Depth int
	// Seed decides the stacks, Weights the values: profiles of one Seed and
	// several Weights are runs of one program.
	Seed, Weights uint64
	// Load multiplies all values, as more requests would.
	Load float64
	// Slower multiplies the values of stacks with the function Planted.
	Slower float64
}

// Planted is the function that Options.Slower makes slower.
const Planted = "shop.example/service/cart0.(*Service).Handle15Request"

const (
	packages     = 40
	handlers     = 20
	callees      = 800
	callsEach    = 6
	periodNanos  = 10_000_000
	sampledNanos = 60_000_000_000
)

// New makes a profile.
func New(o Options) *profile.Profile {
	return NewProgram(o.Stacks, o.Depth, o.Seed).Run(o.Weights, o.Load, o.Slower)
}

// Program has the stacks of all profiles of one Seed. Making it is most of the
// work of making one of them.
type Program struct {
	head    *profile.Profile // without samples
	stacks  [][]*profile.Location
	planted []bool // whether a stack goes through Planted
}

// NewProgram makes a program; see Options.
func NewProgram(stacks, depth int, seed uint64) *Program {
	g := &generator{shape: rand.New(rand.NewPCG(seed, 1)), depth: depth}
	g.p = &profile.Profile{
		SampleType:    []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType:    &profile.ValueType{Type: "cpu", Unit: "nanoseconds"},
		Period:        periodNanos,
		DurationNanos: sampledNanos,
		Mapping:       []*profile.Mapping{{ID: 1, Start: 0x400000, Limit: 0x4000000, File: "/srv/shop", HasFunctions: true}},
	}
	g.program()
	made := &Program{}
	for range stacks {
		stack, planted := g.stack()
		made.stacks, made.planted = append(made.stacks, stack), append(made.planted, planted)
	}
	g.leaveOutUnused(made.stacks)
	made.head = g.p
	return made
}

// Run is the profile of one run, whose values weights decides. Runs of one program
// share its functions: write one at a time.
func (p *Program) Run(weights uint64, load, slower float64) *profile.Profile {
	random := rand.New(rand.NewPCG(weights, 2))
	run := &profile.Profile{
		SampleType: p.head.SampleType, PeriodType: p.head.PeriodType, Period: p.head.Period, DurationNanos: p.head.DurationNanos,
		Mapping: p.head.Mapping, Location: p.head.Location, Function: p.head.Function,
		Sample: make([]*profile.Sample, len(p.stacks)),
	}
	for i, stack := range p.stacks {
		count := 1 + random.ExpFloat64()*2
		if load > 0 {
			count *= load
		}
		if slower > 0 && p.planted[i] {
			count *= slower
		}
		n := int64(count)
		if random.Float64() < count-float64(n) {
			n++
		}
		run.Sample[i] = &profile.Sample{Location: stack, Value: []int64{n, n * periodNanos}}
	}
	return run
}

type generator struct {
	p        *profile.Profile
	depth    int
	shape    *rand.Rand
	entry    []*profile.Location   // of every stack, root first
	handlers []*profile.Location   // one for each handler
	planted  *profile.Location     // among them
	called   []*profile.Location   // what handlers call
	calls    [][]*profile.Location // of each of them, by its place
	place    map[*profile.Location]int
}

// program makes the functions and who calls whom.
func (g *generator) program() {
	for _, name := range []string{"net/http.(*conn).serve", "net/http.serverHandler.ServeHTTP", "net/http.HandlerFunc.ServeHTTP"} {
		g.entry = append(g.entry, g.location(name, ""))
	}
	for _, layer := range []string{"trace", "metrics", "auth", "limit", "session", "recover"} {
		g.entry = append(g.entry, g.location("shop.example/middleware."+layer+".ServeHTTP", "shop.example/middleware.(*chain).next"))
	}
	for s := range packages {
		for h := range handlers {
			l := g.location(fmt.Sprintf("shop.example/service/cart%d.(*Service).Handle%dRequest", s, h), "")
			g.handlers = append(g.handlers, l)
			if l.Line[0].Function.Name == Planted {
				g.planted = l
			}
		}
	}
	g.place = map[*profile.Location]int{}
	for i := range callees {
		inlined := ""
		if i%5 == 0 {
			inlined = fmt.Sprintf("shop.example/lib/part%d.fast%d", i%37, i)
		}
		l := g.location(fmt.Sprintf("shop.example/lib/part%d.(*Worker).Step%d", i%37, i), inlined)
		g.place[l] = i
		g.called = append(g.called, l)
	}
	for range g.called {
		var next []*profile.Location
		for range callsEach {
			next = append(next, g.called[g.shape.IntN(len(g.called))])
		}
		g.calls = append(g.calls, next)
	}
}

// location is a line of a function, with another one inlined into it or not.
func (g *generator) location(name, inlined string) *profile.Location {
	l := &profile.Location{ID: uint64(len(g.p.Location) + 1), Mapping: g.p.Mapping[0], Address: 0x401000 + uint64(len(g.p.Location))*64}
	for _, n := range []string{inlined, name} {
		if n == "" {
			continue
		}
		f := &profile.Function{ID: uint64(len(g.p.Function) + 1), Name: n, SystemName: n, Filename: "shop.example/file.go"}
		g.p.Function = append(g.p.Function, f)
		l.Line = append(l.Line, profile.Line{Function: f, Line: int64(10 + len(g.p.Function)%400)})
	}
	g.p.Location = append(g.p.Location, l)
	return l
}

// stack walks down the graph of calls, and says whether it goes through Planted.
// Low numbers are more likely, so that some paths are hot, as in a real program.
func (g *generator) stack() (stack []*profile.Location, planted bool) {
	depth := max(len(g.entry)+2, g.depth+g.shape.IntN(21)-10)
	stack = make([]*profile.Location, 0, depth)
	stack = append(stack, g.entry...)
	handler := g.handlers[g.likely(len(g.handlers))]
	stack = append(stack, handler)
	at := g.called[g.likely(len(g.called))]
	for len(stack) < depth {
		stack = append(stack, at)
		at = g.calls[g.place[at]][g.likely(callsEach)]
	}
	slices.Reverse(stack)
	return stack, handler == g.planted
}

// leaveOutUnused keeps the functions that stacks have, as profiles do.
func (g *generator) leaveOutUnused(stacks [][]*profile.Location) {
	used := map[*profile.Location]bool{}
	for _, stack := range stacks {
		for _, l := range stack {
			used[l] = true
		}
	}
	all := g.p.Location
	g.p.Location, g.p.Function = nil, nil
	for _, l := range all {
		if !used[l] {
			continue
		}
		g.p.Location = append(g.p.Location, l)
		l.ID = uint64(len(g.p.Location))
		for _, line := range l.Line {
			g.p.Function = append(g.p.Function, line.Function)
			line.Function.ID = uint64(len(g.p.Function))
		}
	}
}

func (g *generator) likely(n int) int {
	return int(float64(n) * g.shape.Float64() * g.shape.Float64())
}
