package httpapi_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// fakeDrawer is a lottery.Drawer made of two functions.
type fakeDrawer struct {
	draw, lookup func(context.Context, lottery.Entry) (lottery.Answer, error)
}

func (f fakeDrawer) Draw(ctx context.Context, e lottery.Entry) (lottery.Answer, error) {
	return f.draw(ctx, e)
}

func (f fakeDrawer) Lookup(ctx context.Context, e lottery.Entry) (lottery.Answer, error) {
	return f.lookup(ctx, e)
}

// answering is a Drawer whose both methods always give a and err.
func answering(a lottery.Answer, err error) fakeDrawer {
	f := func(context.Context, lottery.Entry) (lottery.Answer, error) { return a, err }
	return fakeDrawer{f, f}
}

// recording loses every draw and appends each entry to entries.
func recording(entries *[]lottery.Entry) fakeDrawer {
	f := func(_ context.Context, e lottery.Entry) (lottery.Answer, error) {
		*entries = append(*entries, e)
		return lottery.Answer{}, nil
	}
	return fakeDrawer{f, f}
}

// notingObserver writes down what it hears, in words.
type notingObserver struct {
	mu    sync.Mutex
	notes []string
}

func (o *notingObserver) note(s string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.notes = append(o.notes, s)
}

func (o *notingObserver) taken() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	notes := o.notes
	o.notes = nil
	return notes
}

func (o *notingObserver) Started() { o.note("started") }
func (o *notingObserver) Answered(_ lottery.Entry, a lottery.Answer, _ time.Duration) {
	o.note("answered " + a.Result.String())
}
func (o *notingObserver) Failed(_ lottery.Entry, k lottery.ErrorKind, _ time.Duration) {
	o.note("failed " + string(k))
}
func (o *notingObserver) Refused(k lottery.ErrorKind) { o.note("refused " + string(k)) }
func (o *notingObserver) Panicked()                   { o.note("panicked") }

// deafObserver hears nothing, for benchmarks.
type deafObserver struct{}

func (deafObserver) Started()                                               {}
func (deafObserver) Answered(lottery.Entry, lottery.Answer, time.Duration)  {}
func (deafObserver) Failed(lottery.Entry, lottery.ErrorKind, time.Duration) {}
func (deafObserver) Refused(lottery.ErrorKind)                              {}
func (deafObserver) Panicked()                                              {}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// quoted is s as a JSON string.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// parsedWin is a win as a client reads it.
type parsedWin struct {
	Result, Activity, User, Request, Code string
	Unit                                  int64
	Prize                                 struct{ ID, Tier, Name string }
}

func parseWin(t *testing.T, body []byte) parsedWin {
	t.Helper()
	var w parsedWin
	if err := json.Unmarshal(body, &w); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return w
}
