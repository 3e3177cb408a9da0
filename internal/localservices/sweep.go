package localservices

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// graceWithoutOwner is how long a folder without a readable owner.json is left
// alone: its maker may be between two lines of newFolder.
const graceWithoutOwner = 10 * time.Minute

// sweep removes what dead owners left in parent: first their servers, then the
// folder. It runs at each Start and matters only when an owner and its
// watchdog were killed together, or the machine went down. What cannot be
// removed stays for the next time; a failed sweep is no reason not to start.
func sweep(parent string) {
	paths, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*"))
	for _, path := range paths {
		if isStale(path) {
			os.RemoveAll(path)
		}
	}
}

// isStale reports whether path is a folder of ours whose owner is dead, and
// kills servers that outlived it.
func isStale(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || !isOurs(info) {
		return false // the temporary directory is shared: believe only our own folders
	}
	data, err := os.ReadFile(filepath.Join(path, ownerFile))
	if err != nil {
		return time.Since(info.ModTime()) > graceWithoutOwner
	}
	record, err := parseOwner(data)
	if err != nil {
		return time.Since(info.ModTime()) > graceWithoutOwner
	}
	if record.Owner.alive() {
		return false
	}
	for _, server := range record.Servers {
		if server.alive() {
			killTree(server.PID)
		}
	}
	return true
}

// isOurs reports whether we own the folder and nobody else may write to it.
func isOurs(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode()&0o022 == 0
}
