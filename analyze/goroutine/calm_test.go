package goroutine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/goroutine"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// planted is a dump of goroutines with the numbers 10, 11 and so on, and of one
// that waits for the network with the addresses given.
func planted(t *testing.T, n int, head func(i int) string, stack func(i int) string, network ...string) *stackprofile.GoroutineDump {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "goroutine %d [%s]:\n%s\n\n", 10+i, head(i), stack(i))
	}
	for i, address := range network {
		fmt.Fprintf(&b, "goroutine %d [IO wait]:\nmain.read(%s)\n\t/app/read.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/app/main.go:2 +0x1\n\n", 1000+i, address)
	}
	d, err := stackprofile.ReadGoroutines(strings.NewReader(b.String()), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func inMain(f stackprofile.Frame) bool { return strings.HasPrefix(f.Function, "main.") }

func always(text string) func(int) string { return func(int) string { return text } }

// fromGo is a goroutine with one call, created by a function.
func fromGo(call, creator string) string {
	file := "/app/work.go:7"
	if !strings.HasPrefix(call, "main.") {
		file = "/root/go/pkg/mod/x@v1.0.0/work.go:7"
	}
	return fmt.Sprintf("%s\n\t%s +0x1\ncreated by %s in goroutine 1\n\t%s +0x1", call, file, creator, file)
}

func serving(call string) func(int) string {
	return func(i int) string {
		return strings.ReplaceAll(call, "#", fmt.Sprintf("%03d", i)) + "\n\t/app/handler.go:9 +0x1\nnet/http.(*conn).serve(0xc0007" + fmt.Sprintf("%05d", i) + ")\n\t/go/src/net/http/server.go:2109 +0x1\ncreated by net/http.(*Server).Serve in goroutine 1\n\t/go/src/net/http/server.go:3412 +0x1"
	}
}

// addressed is a goroutine whose call has an address of its own.
func addressed(i int) string { return fromGo(fmt.Sprintf("main.write(0xc0001%05d)", i), "main.open") }

// TestWhatIsSuspected plants pairs of dumps, of which the first three kinds are
// leaks and the others are what healthy and overloaded services have.
func TestWhatIsSuspected(t *testing.T) {
	t.Parallel()
	var own []string
	for i := range 12 {
		own = append(own, fmt.Sprintf("0xc0001%05d", i))
	}
	leak, minutes := always(fromGo("main.leak(0xc000123456)", "main.handle")), always("chan receive, 3 minutes")
	for name, row := range map[string]struct {
		old, new              int
		headBefore, headAfter func(int) string
		before, after         func(int) string
		network               []string
		between               time.Duration
		want                  goroutine.Calm // "": suspect
	}{
		"a leak in seconds":          {old: 3, new: 9, headBefore: always("chan receive"), headAfter: always("chan receive"), before: leak, after: leak, between: 10 * time.Second},
		"a leak in minutes":          {old: 3, new: 9, headBefore: always("chan receive"), headAfter: minutes, before: leak, after: leak, between: 3 * time.Minute},
		"requests stuck for minutes": {old: 3, new: 9, headBefore: always("chan receive"), headAfter: minutes, before: serving("main.handle(0xc0008#)"), after: serving("main.handle(0xc0008#)"), between: 3 * time.Minute},
		"one stack was moved": {old: 30, new: 60, headBefore: always("select"), headAfter: always("select"), before: leak, after: func(i int) string {
			return strings.Replace(leak(i), "123456", map[bool]string{true: "999999", false: "123456"}[i == 0], 1)
		}},
		"a library leaks":             {old: 3, new: 13, headBefore: always("select"), headAfter: always("select"), before: always(fromGo("x.wait()", "x.Dial")), after: always(fromGo("x.wait()", "x.Dial"))},
		"none before":                 {old: 0, new: 9, headBefore: always("select"), headAfter: minutes, before: leak, after: leak, want: goroutine.CalmNew},
		"waits began anew":            {old: 3, new: 9, headBefore: always("chan receive, 5 minutes"), headAfter: always("chan receive, 1 minutes"), before: leak, after: leak, want: goroutine.CalmMoved},
		"waits shorter than between":  {old: 3, new: 9, headBefore: always("chan receive"), headAfter: always("chan receive"), before: leak, after: leak, between: 3 * time.Minute, want: goroutine.CalmMoved},
		"other requests":              {old: 3, new: 9, headBefore: minutes, headAfter: minutes, before: serving("main.handle(0xc0008#)"), after: serving("main.handle(0xc0009#)"), want: goroutine.CalmMoved},
		"requests under way":          {old: 3, new: 9, headBefore: always("semacquire"), headAfter: always("semacquire"), before: serving("main.handle(0xc0008#)"), after: serving("main.handle(0xc0008#)"), want: goroutine.CalmRequest},
		"the clock":                   {old: 3, new: 9, headBefore: always("sleep"), headAfter: always("sleep"), before: leak, after: leak, want: goroutine.CalmActive},
		"idle connections":            {old: 3, new: 90, headBefore: always("select"), headAfter: always("select"), before: always(fromGo("net/http.(*persistConn).writeLoop(0xc0000b2000)", "net/http.(*Transport).dialConn")), after: always(fromGo("net/http.(*persistConn).writeLoop(0xc0000b2000)", "net/http.(*Transport).dialConn")), want: goroutine.CalmResting},
		"parked by the runtime":       {old: 1, new: 3, headBefore: always("GC worker (idle)"), headAfter: always("GC worker (idle), 4 minutes"), before: always(fromGo("runtime.gopark(0x0)", "runtime.gcBgMarkStartWorkers")), after: always(fromGo("runtime.gopark(0x0)", "runtime.gcBgMarkStartWorkers")), want: goroutine.CalmResting},
		"cleanups":                    {old: 1, new: 3, headBefore: always("chan receive"), headAfter: always("chan receive, 4 minutes"), before: always(fromGo("unique.runtime_registerUniqueMapCleanup.func2(...)", "runtime.unique_runtime_registerUniqueMapCleanup")), after: always(fromGo("unique.runtime_registerUniqueMapCleanup.func2(...)", "runtime.unique_runtime_registerUniqueMapCleanup")), want: goroutine.CalmResting},
		"writers of open websockets":  {old: 3, new: 12, headBefore: always("select"), headAfter: always("select"), before: addressed, after: addressed, network: own, want: goroutine.CalmConnection},
		"a few workers of a library":  {old: 2, new: 6, headBefore: always("select"), headAfter: always("select"), before: always(fromGo("x.wait()", "x.Dial")), after: always(fromGo("x.wait()", "x.Dial")), want: goroutine.CalmLibrary},
		"the object of all, not open": {old: 3, new: 12, headBefore: always("select"), headAfter: always("select"), before: leak, after: leak, network: []string{"0xc000123456"}},
	} {
		earlier := planted(t, row.old, row.headBefore, row.before, "0xc000ffffff")
		later := planted(t, row.new, row.headAfter, row.after, append(row.network, "0xc000ffffff")...)
		growths := goroutine.CompareWith(earlier, later, goroutine.Options{Between: row.between, Own: inMain})
		var got *goroutine.Growth
		for i := range growths {
			if g := &growths[i]; g.Delta() == row.new-row.old && g.Group.State != "IO wait" {
				got = g
			}
		}
		switch {
		case got == nil:
			t.Errorf("%s: no such group in %+v", name, growths)
		case got.Calm != row.want || got.Suspect != (row.want == ""):
			t.Errorf("%s: suspect %v, calm for %q, want %q; stayed %d, moved %d, stuck %d", name, got.Suspect, got.Calm, row.want, got.Stayed, got.Moved, got.Stuck)
		}
	}
}

// TestEarlierOnesThatEnded: one of three is gone.
func TestEarlierOnesThatEnded(t *testing.T) {
	t.Parallel()
	leak := always(fromGo("main.leak()", "main.handle"))
	earlier := planted(t, 3, always("select"), leak)
	later := planted(t, 9, always("select"), leak)
	later.Goroutines = later.Goroutines[1:]
	g := goroutine.Compare(earlier, later)[0]
	if g.Suspect || g.Calm != goroutine.CalmEnded || g.Stayed != 2 {
		t.Errorf("got %+v", g)
	}
}

// TestOwnGroupsFirst: with one goroutine of the program among many of libraries.
func TestOwnGroupsFirst(t *testing.T) {
	t.Parallel()
	d := planted(t, 20, always("select"), func(i int) string {
		if i == 7 {
			return fromGo("main.only()", "main.main")
		}
		return fromGo("x.wait()", "x.Dial")
	})
	groups := goroutine.Groups(d)
	goroutine.OwnFirst(groups, inMain)
	if len(groups) != 2 || !groups[0].Own || groups[0].Count != 1 || groups[1].Own || groups[1].Count != 19 {
		t.Errorf("got %+v", groups)
	}
}
