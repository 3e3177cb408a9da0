package profiles

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is a kind of profile, by the name it has in net/http/pprof.
type Kind string

// The kinds of profile.
const (
	CPU          Kind = "cpu"          // where the CPU time of the window went
	Heap         Kind = "heap"         // what is live, at the start and the end of the window
	Allocs       Kind = "allocs"       // what was allocated in the window
	Block        Kind = "block"        // waiting for channels and locks in the window
	Mutex        Kind = "mutex"        // holding locks that others waited for, in the window
	Goroutine    Kind = "goroutine"    // all goroutines at the end of the window
	ThreadCreate Kind = "threadcreate" // what led to new threads, since the process began
)

// Kinds returns all kinds, in the order of manifests and reports.
func Kinds() []Kind {
	return []Kind{CPU, Heap, Allocs, Block, Mutex, Goroutine, ThreadCreate}
}

// ParseKinds reads names separated by commas, such as "cpu,heap". The result is
// in the order of [Kinds], each kind once. The empty text and "all" are all of
// them.
func ParseKinds(text string) ([]Kind, error) {
	if text == "" || text == "all" {
		return Kinds(), nil
	}
	asked := map[Kind]bool{}
	for name := range strings.SplitSeq(text, ",") {
		kind := Kind(strings.TrimSpace(name))
		if !slices.Contains(Kinds(), kind) {
			return nil, fmt.Errorf("unknown profile %q; use %s", kind, joinKinds(Kinds()))
		}
		asked[kind] = true
	}
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return !asked[k] }), nil
}

// File is the name of the kind's profile in a bundle, such as cpu.pb.gz.
func (k Kind) File() string { return string(k) + ".pb.gz" }

// IsDelta says whether the bundle has of the kind what happened within the
// window; of the others it has what was there at its end.
func (k Kind) IsDelta() bool { return k == CPU || k == Allocs || k == Block || k == Mutex }

func joinKinds(kinds []Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}
