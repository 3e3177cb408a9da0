package localservices

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// processStart identifies a running process: its start time in clock ticks
// since boot (proc(5), stat, field 22). ok is false when it does not run; a
// zombie does not run.
func processStart(pid int) (start string, ok bool) {
	fields := statFields(pid)
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return "", false
	}
	return fields[19], true
}

// childrenOf lists the living children of pid.
func childrenOf(pid int) []int {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	var children []int
	for _, dir := range dirs {
		child, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		fields := statFields(child)
		if len(fields) >= 2 && fields[0] != "Z" && fields[1] == strconv.Itoa(pid) {
			children = append(children, child)
		}
	}
	return children
}

// statFields are the fields of /proc/PID/stat from the state on: state, parent
// and so forth. The name before them may hold spaces and brackets, so the cut
// is at the last bracket.
func statFields(pid int) []string {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	text := string(data)
	return strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
}
