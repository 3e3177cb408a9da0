package stackprofile

import "time"

// Goroutine is one goroutine of a dump.
type Goroutine struct {
	ID int64
	// State is what it does or waits for, as the runtime says it: "running",
	// "chan receive", "IO wait", "sync.Mutex.Lock".
	State string
	// Wait is for how long it has waited, in whole minutes; 0 is less than one,
	// or not waiting.
	Wait   time.Duration
	Locked bool    // to its thread
	Labels []Label // with GODEBUG=tracebacklabels=1
	// Stack has the root first, as in [Sample].
	Stack []Frame
	// Args has for each frame of Stack the arguments of the call as the runtime
	// printed them, "0xc000012345, {0x5191e8, 0xc000014018}"; "" where it knows
	// none. A value with "?" may be an old one.
	Args []string
	// CreatedBy is the function with the go statement, and Creator the
	// goroutine that ran it; "" and 0 of the main goroutine.
	CreatedBy Frame
	Creator   int64
	// Elided says that the runtime left out frames in the middle of the stack.
	Elided bool
}

// GoroutineDump are all goroutines of a process at one moment.
type GoroutineDump struct {
	Goroutines []Goroutine
	// Notes tell of lines that were left out.
	Notes []Note
}

// Profile is the dump as a profile with the value 1 for each goroutine. The
// root of a stack is a made frame that names the function which created the
// goroutine. State and whole minutes of waiting are the labels "state" and
// "wait".
func (d *GoroutineDump) Profile() (*Profile, error) {
	limits := Limits{MaxFrames: 1 << 31}
	t := newTextProfile(limits, ValueType{Name: "goroutine", Unit: "count"})
	for _, g := range d.Goroutines {
		stack := make([]FrameID, 0, len(g.Stack)+1)
		if g.CreatedBy.Function != "" {
			root := g.CreatedBy
			root.Function, root.Made = "created by "+root.Function, true
			stack = append(stack, t.frames.id(root))
		}
		for _, f := range g.Stack {
			stack = append(stack, t.frames.id(f))
		}
		if err := t.add(stack, g.labels(), 1); err != nil {
			return nil, err
		}
	}
	t.p.Notes = append(t.p.Notes, d.Notes...)
	return t.finish()
}

func (g *Goroutine) labels() []Label {
	labels := []Label{{Key: "state", Text: g.State}}
	if g.Wait > 0 {
		labels = append(labels, Label{Key: "wait", Num: int64(g.Wait / time.Minute), Unit: "minutes"})
	}
	return append(labels, g.Labels...)
}
