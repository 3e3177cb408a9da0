package profileinput

import (
	"io"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// Source is one file with a profile.
type Source struct {
	Path     string                        // of the file it is in; "-" is stdin
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

// withoutProfiler is p without the stacks that take profiles, and a note of how much
// that was.
func withoutProfiler(p *stackprofile.Profile, taking string) *stackprofile.Profile {
	left, kept := p.Filter(stackprofile.Filter{Ignore: regexp.MustCompile(taking)})
	if kept.Samples == kept.OfSamples {
		return p
	}
	noted := *left
	noted.Notes = append(slices.Clone(p.Notes), stackprofile.Note{
		Code: stackprofile.ProfilerLeftOut, Count: kept.OfSamples - kept.Samples, Of: kept.OfSamples,
		Share: 1 - kept.Share(p.DefaultType), Text: p.Types[p.DefaultType].Name,
	})
	return &noted
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

// Files are what the arguments and their sources are made of, for
// [cli.KeepInputs].
func Files(args []string, sources []Source) (files []string) {
	for _, arg := range args {
		path, _ := runfolder.SplitArm(arg)
		files = append(files, arg, path)
	}
	for _, s := range sources {
		if s.Path != "" {
			files = append(files, s.Path)
		}
	}
	return files
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
