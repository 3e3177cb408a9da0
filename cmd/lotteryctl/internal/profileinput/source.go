package profileinput

import (
	"io"
	"os"
	"time"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

// Source is one file with a profile.
type Source struct {
	Path     string                        // "-" is stdin
	Name     string                        // for people
	typ      string                        // sample type to look at first; "": the profile's own
	doubt    string                        // why its values per request may mislead
	Why      string                        // why it may be empty, if its bundle tells
	open     func() (io.ReadCloser, error) // nil: path is opened
	requests float64                       // served while it was taken; 0: not known
	Types    []string                      // sample types, if its bundle tells
	Empty    bool                          // its bundle says that nothing was sampled
	Module   string                        // of the program, if its bundle tells
	At       time.Time                     // of a dump: when it was asked for, if its bundle tells
	taking   string                        // pattern of the functions that take profiles, whose stacks are left out; "": none is
}

// KeepProfiler keeps the stacks that take profiles in the sources. They are left out
// of the profiles of bundles by default.
func KeepProfiler(sources []Source) {
	for i := range sources {
		sources[i].taking = ""
	}
}

// Requests is how many requests were served while the sources were taken; 0 if
// that is not known of each.
func Requests(sources []Source) (sum float64) {
	for _, s := range sources {
		if s.requests == 0 {
			return 0
		}
		sum += s.requests
	}
	return sum
}

// Reader opens a source.
func (s *Source) Reader(env cli.Env) (io.ReadCloser, error) {
	switch {
	case s.open != nil:
		return s.open()
	case s.Path == "-":
		return io.NopCloser(env.Stdin), nil
	}
	return os.Open(s.Path)
}
