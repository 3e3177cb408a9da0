package runfolder

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/lotteryctl/lotteryctl/internal/runtimemetrics"
	"github.com/lotteryctl/lotteryctl/loadgen"
)

// RunDir makes the empty folder of a run.
func (f *Folder) RunDir(arm string, round int) (string, error) {
	return f.emptyDir(f.armDir(arm, round))
}

// emptyDir makes a folder that is empty: what an interrupted run left there
// goes.
func (f *Folder) emptyDir(dir string) (string, error) {
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, folderMode)); err != nil {
		return "", f.Explain(err)
	}
	return dir, nil
}

// ProfileDir makes the empty folder of a profiled run.
func (f *Folder) ProfileDir(arm string, round int) (string, error) {
	return f.emptyDir(f.file(profileDir(arm, round)))
}

// BundleIn is where the bundle of a profiled run goes, whose folder is dir.
func BundleIn(dir string) string { return filepath.Join(dir, bundleDir) }

// BundlePath is the bundle of a profiled run within its run folder, with slashes.
func BundlePath(arm string, round int) string {
	return filepath.ToSlash(filepath.Join(profileDir(arm, round), bundleDir))
}

// CapacityDir makes the folder of a capacity search within that of a run.
func (f *Folder) CapacityDir(runDir string) (string, error) {
	dir := filepath.Join(runDir, capacityDir)
	if err := os.Mkdir(dir, folderMode); err != nil {
		return "", f.Explain(err)
	}
	return dir, nil
}

// AddProbes writes all rates that a capacity search tried, in order; dir is what
// CapacityDir made.
func (f *Folder) AddProbes(dir string, probes []Probe) error {
	if err := f.writeJSON(filepath.Join(dir, probesFile), probes); err != nil {
		return f.Explain(err)
	}
	return nil
}

// CreateAnswers makes the log of all exchanges of the run whose folder is dir. An
// error of writing it is to be explained by Explain.
func (f *Folder) CreateAnswers(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, answersFile), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, f.Explain(err)
	}
	return file, nil
}

// RunMetrics is metrics.json of a run: everything that its line in rounds.jsonl
// sums up.
type RunMetrics struct {
	// Before and After are the service's own figures at the end of the warm-up
	// and after the last answer; Ended is how many requests ended between the
	// two. Absent: not read.
	Before runtimemetrics.Reading `json:"before,omitempty"`
	After  runtimemetrics.Reading `json:"after,omitempty"`
	Ended  int64                  `json:"requests_between"`
	Load   *loadgen.Result        `json:"load"` // all histograms and counts
}

// AddFiles writes the files of a run into its folder dir.
func (f *Folder) AddFiles(dir string, metrics RunMetrics) error {
	err := errors.Join(
		f.write(filepath.Join(dir, latencyFile), metrics.Load.Response.WriteText),
		f.writeJSON(filepath.Join(dir, metricsFile), metrics))
	if t := metrics.Load.Timeline; t != nil {
		err = errors.Join(err, f.write(filepath.Join(dir, timelineFile), func(w io.Writer) error { return writeLines(w, t.Slices) }))
	}
	if err != nil {
		return f.Explain(err)
	}
	return nil
}
