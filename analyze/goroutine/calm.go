package goroutine

import (
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// calm looks for a reason not to suspect a group that grew; "" if there is none.
// connected is how many of its goroutines belong to an open connection.
func (g *Growth) calm(connected int) Calm {
	switch {
	case !isWaiting(g.Group.State):
		return CalmActive
	case isResting(&g.Group):
		return CalmResting
	case g.Old == 0:
		return CalmNew
	case g.Stayed < g.Old:
		return CalmEnded
	case movedShare*g.Moved >= g.Stayed:
		return CalmMoved
	case isServing(&g.Group) && g.Stuck < g.Old:
		return CalmRequest
	case 2*connected >= g.New:
		return CalmConnection
	case !g.Group.Own && g.Delta() < leastLibraryGrowth:
		return CalmLibrary
	}
	return ""
}

// The growth from which a group may be a leak. One goroutine more is in every
// second pair of dumps. Groups without any code of the program are the workers of
// libraries, of which a few more are usual when there is more to do.
const (
	leastGrowth        = 2
	leastLibraryGrowth = 10
)

// movedShare: from one in ten on, those that moved are no accident. (The stack of
// one that is stuck may be moved by the collector, and look as if it had run.)
const movedShare = 10

// isWaiting reports whether a goroutine of that state does nothing by itself:
// one that runs has not leaked, and one that waits for the network or sleeps is
// woken from outside or by the clock.
func isWaiting(state string) bool {
	switch state {
	case "running", "runnable", "syscall", "sleep", "IO wait":
		return false
	}
	return true
}

// isResting reports whether a group is at a place where goroutines wait that have
// nothing to do: those of the runtime, and those in a table.
func isResting(g *Group) bool {
	if isRuntimeFunction(g.CreatedBy.Function) || len(g.Stack) > 0 && !slices.ContainsFunc(g.Stack, func(f stackprofile.Frame) bool { return !isRuntimeFunction(f.Function) }) {
		return true
	}
	return has(g, restingPlaces())
}

// isServing reports whether the goroutines of a group answer requests: their life
// is that of a request or of its connection, and somebody outside waits for them.
func isServing(g *Group) bool { return has(g, servingPlaces()) }

func has(g *Group, functions []string) bool {
	return slices.ContainsFunc(g.Stack, func(f stackprofile.Frame) bool {
		return slices.ContainsFunc(functions, func(name string) bool {
			return strings.HasSuffix(f.Function, name) || strings.Contains(f.Function, name+".func")
		})
	})
}

func isRuntimeFunction(name string) bool {
	return strings.HasPrefix(name, "runtime.") || strings.HasPrefix(name, "runtime/") || strings.HasPrefix(name, "internal/runtime/")
}

// restingPlaces are ends of the names of functions in which goroutines wait for
// their next work as long as a connection, a pool or the process lives. A leaked
// connection shows in the reader beside the writer: an answer whose body nobody
// closes keeps persistConn.readLoop in a select.
func restingPlaces() []string {
	return []string{
		"net/http.(*persistConn).writeLoop",
		"net/http.(*http2serverConn).serve", "http2.(*serverConn).serve",
		"database/sql.(*DB).connectionOpener", "database/sql.(*DB).connectionCleaner", "database/sql.(*DB).connectionResetter",
		"os/signal.loop",
		"internal/transport.(*loopyWriter).run", "internal/transport.(*controlBuffer).get",
		"internal/transport.(*http2Server).keepalive", "internal/transport.(*http2Client).keepalive",
		"internal/grpcsync.(*CallbackSerializer).run",
	}
}

// servingPlaces are ends of the names of functions below which a request is
// served.
func servingPlaces() []string {
	return []string{
		"net/http.(*conn).serve", "net/http.(*http2serverConn).runHandler", "http2.(*serverConn).runHandler",
		"grpc.(*Server).handleStream", "grpc.(*Server).serveStreams",
		"fasthttp.(*workerPool).workerFunc", "net/rpc.(*service).call",
	}
}
