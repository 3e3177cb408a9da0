package profileinput

import (
	"io"
	"os"

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
