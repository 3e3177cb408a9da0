package goroutine_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/goroutine"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// dumpNow is what /debug/pprof/goroutine?debug=2 answers in this process. The
// tests with real services do not run in parallel: each sees the others'
// goroutines.
func dumpNow(t *testing.T) *stackprofile.GoroutineDump {
	t.Helper()
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 2); err != nil {
		t.Fatal(err)
	}
	d, err := stackprofile.ReadGoroutines(&text, stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// clients send requests over connections that stay open, each one after the
// other, until the test ends.
type clients struct {
	url      string
	stop     chan struct{}
	group    sync.WaitGroup
	answered atomic.Int64
}

func load(t *testing.T, url string) *clients {
	t.Helper()
	c := &clients{url: url, stop: make(chan struct{})}
	t.Cleanup(func() { close(c.stop); c.group.Wait() })
	return c
}

func (c *clients) add(n int) {
	for range n {
		c.group.Go(func() {
			client := http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-c.stop:
					return
				default:
				}
				response, err := client.Get(c.url)
				if err != nil {
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
				c.answered.Add(1)
			}
		})
	}
}

// await waits until so many more requests were answered.
func (c *clients) await(t *testing.T, more int64) {
	t.Helper()
	until(t, func() bool { return c.answered.Load() >= more })
}

func until(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen within a minute")
		}
	}
}

func suspects(growths []goroutine.Growth) (all []goroutine.Growth) {
	for _, g := range growths {
		if g.Suspect {
			all = append(all, g)
		}
	}
	return all
}

// TestSilentUnderOverload: many connections wait for few places in a handler.
// Their goroutines live on and are found waiting at the same line, but with other
// requests.
func TestSilentUnderOverload(t *testing.T) {
	places := make(chan struct{}, 2)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		places <- struct{}{}
		time.Sleep(time.Millisecond)
		<-places
	}))
	t.Cleanup(server.Close)
	c := load(t, server.URL)
	c.add(20)
	c.await(t, 60)
	before := dumpNow(t)
	c.add(40)
	c.await(t, c.answered.Load()+300)
	growths := goroutine.Compare(before, dumpNow(t))
	for _, g := range suspects(growths) {
		t.Errorf("%d before, %d after, stayed %d, moved %d: %+v", g.Old, g.New, g.Stayed, g.Moved, g.Group)
	}
	grew := false
	for _, g := range growths {
		grew = grew || g.Delta() >= 10 && g.Group.State == "chan send"
	}
	if !grew {
		t.Error("no group grew, so the test shows nothing")
	}
}

// TestSilentOnOverloadThatIsNotOver: no request ends between the dumps, and more
// come. In seconds nothing tells this from a deadlock.
func TestSilentOnOverloadThatIsNotOver(t *testing.T) {
	slow, arrived := make(chan struct{}), atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived.Add(1)
		<-slow
	}))
	t.Cleanup(server.Close)
	c := load(t, server.URL)
	t.Cleanup(func() { close(slow) }) // before the clients and the server end
	c.add(5)
	until(t, func() bool { return arrived.Load() == 5 })
	before := dumpNow(t)
	c.add(10)
	until(t, func() bool { return arrived.Load() == 15 })
	growths := goroutine.Compare(before, dumpNow(t))
	for _, g := range suspects(growths) {
		t.Errorf("%d before, %d after: %+v", g.Old, g.New, g.Group)
	}
	if !calmFor(growths, goroutine.CalmRequest) {
		t.Error("no group is called one that serves requests")
	}
}

// TestSilentOnIdleConnections: a client that has more idle connections than
// before has more writeLoops, all in a select.
func TestSilentOnIdleConnections(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	open := func(n int) {
		for range n {
			transport := &http.Transport{}
			t.Cleanup(transport.CloseIdleConnections)
			response, err := (&http.Client{Transport: transport}).Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}
	open(2)
	before := dumpNow(t)
	open(30)
	growths := goroutine.Compare(before, dumpNow(t))
	for _, g := range suspects(growths) {
		t.Errorf("%d before, %d after: %+v", g.Old, g.New, g.Group)
	}
	if !calmFor(growths, goroutine.CalmResting) {
		t.Error("no group is called resting")
	}
}

// TestFindsALeakUnderLoad: each request leaves a goroutine behind that waits for
// something that never happens.
func TestFindsALeakUnderLoad(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		go leak(never)
	}))
	t.Cleanup(server.Close)
	c := load(t, server.URL)
	c.add(8)
	c.await(t, 40)
	before := dumpNow(t)
	c.await(t, c.answered.Load()+40)
	found := suspects(goroutine.Compare(before, dumpNow(t)))
	if len(found) != 1 || !strings.HasSuffix(found[0].Group.Stack[len(found[0].Group.Stack)-1].Function, ".leak") {
		t.Errorf("want the leak alone, got %+v", found)
	}
}

//go:noinline
func leak(never chan struct{}) { <-never }

// TestFindsBodiesThatNobodyCloses: the reader of such a connection waits for its
// user. No code of the program is in its stack.
func TestFindsBodiesThatNobodyCloses(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(make([]byte, 1<<20))
	}))
	t.Cleanup(server.Close)
	ask := func(n int) {
		transport := &http.Transport{}
		for range n {
			response, err := (&http.Client{Transport: transport}).Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { response.Body.Close() })
		}
	}
	// An answer is there before its reader waits.
	dump := func(readers int) *stackprofile.GoroutineDump {
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			d := dumpNow(t)
			waiting := 0
			for _, g := range d.Goroutines {
				if g.State == "select" && strings.HasPrefix(g.Stack[len(g.Stack)-1].Function, "net/http.(*persistConn).readLoop") {
					waiting++
				}
			}
			if waiting >= readers || time.Now().After(end) {
				return d
			}
		}
	}
	ask(5)
	before := dump(5)
	ask(20)
	own := func(f stackprofile.Frame) bool { return strings.Contains(f.Function, "goroutine_test") }
	for _, g := range goroutine.CompareWith(before, dump(25), goroutine.Options{Own: own}) {
		if g.Suspect && !strings.HasPrefix(g.Group.Stack[0].Function, "net/http.(*persistConn).readLoop") {
			t.Errorf("unexpected suspect: %+v", g)
		}
		if g.Delta() == 20 && strings.HasPrefix(g.Group.Stack[0].Function, "net/http.(*persistConn).readLoop") {
			if !g.Suspect || g.Group.Own {
				t.Errorf("not found: %+v", g)
			}
			return
		}
	}
	t.Error("there is no group of readLoops that grew by 20")
}

func calmFor(growths []goroutine.Growth, reason goroutine.Calm) bool {
	for _, g := range growths {
		if g.Calm == reason {
			return true
		}
	}
	return false
}
