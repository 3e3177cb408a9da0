package httpapi

// Layout is the order of a DrawContext's fields in memory: the tuning switch
// "layout". A Go struct keeps the order it is written in, and each field begins
// at a multiple of its own size, so the order decides how much is padding.
type Layout uint8

// The layouts; a test pins their sizes and offsets.
const (
	// Narrow has the largest field first: int64, int32, bool. 16 bytes, 3 of
	// them padding, and the default.
	Narrow Layout = iota
	// Wide is the order one writes without thinking: int32, int64, bool. 24
	// bytes, 11 of them padding.
	Wide
)

// drawContext is what the service remembers of a request while it runs: one of
// the two structs below, by pointers to its fields.
//
// Pointers and not an interface: the code that uses them is the same for both
// layouts, no access is a call, and the struct behind them may stay on its
// caller's stack, which nothing seen through an interface can.
type drawContext struct {
	started *int64 // when its entry was read, in nanoseconds since the port was made
	status  *int32 // the HTTP status it was answered with; 0 before
	settled *bool  // the observer was told how it ended, or will be
}

type narrowContext struct {
	started int64
	status  int32
	settled bool
}

func (c *narrowContext) fields() drawContext { return drawContext{&c.started, &c.status, &c.settled} }
func (c *narrowContext) reset()              { *c = narrowContext{} }

type wideContext struct {
	status  int32
	started int64
	settled bool
}

func (c *wideContext) fields() drawContext { return drawContext{&c.started, &c.status, &c.settled} }
func (c *wideContext) reset()              { *c = wideContext{} }

// record is a context of either layout that lives on the heap.
type record interface {
	fields() drawContext
	reset()
}

// newRecord allocates a context of that layout.
func (l Layout) newRecord() record {
	if l == Wide {
		return new(wideContext)
	}
	return new(narrowContext)
}
