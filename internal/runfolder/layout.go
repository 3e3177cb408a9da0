package runfolder

import (
	"fmt"
	"os"
	"path/filepath"
)

// FormatVersion is the version of the run folder that this package writes; it
// reads all up to it. It grows when a reader of the old one would misread the
// new one; new fields and files do not count. Version 2 has rounds.jsonl lines
// that count nowhere because their round was repeated; version 3 has codes and
// figures where it had sentences: see Reason, Excess and Broken.
const FormatVersion = 3

// The files of a run folder.
const (
	runFile      = "run.json"
	roundsFile   = "rounds.jsonl"
	benchFile    = "bench.txt"
	capacityFile = "capacity.jsonl"
	profiledFile = "profiled.jsonl"
	armsDir      = "arms"
	bundleDir    = "profiles" // of a profiled run
	capacityDir  = "capacity" // of a run
	// profilePrefix begins the name of the folder of a profiled run.
	profilePrefix = "profile-"
	latencyFile   = "latency.hgrm"
	metricsFile   = "metrics.json"
	timelineFile  = "timeline.jsonl"
	answersFile   = "answers.jsonl"
	probesFile    = "probes.json"
	// ServerLogFile is where an arm should let its program write, in Lap.Dir.
	ServerLogFile = "server.log"
)

// unfinished is what a folder's name ends in until it is whole.
const unfinished = ".incomplete"

// CheckPath says whether something is in the way of a new run folder at path.
func CheckPath(path string) error {
	path = filepath.Clean(path)
	if _, err := os.Lstat(path + unfinished); err == nil {
		return fmt.Errorf("run folder %s exists and was interrupted; resume it, remove it or choose another", path+unfinished)
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("run folder %s exists; remove it or choose another", path)
	}
	return nil
}

// profileDir is the folder of a profiled run within the run folder.
func profileDir(arm string, n int) string {
	return filepath.Join(armsDir, arm, fmt.Sprintf("%s%d", profilePrefix, n))
}
