package experiment

import (
	"bytes"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// clockTick is the unit of time in /proc. It is USER_HZ, which is 100 on every
// Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// maxTicks is what a time.Duration can hold: 292 years of one core.
const maxTicks = int64(math.MaxInt64 / clockTick)

// procEntry is a process as /proc/PID/stat has it.
type procEntry struct {
	pid, parent, group int
	reaped             time.Duration // used by children that have ended and were waited for
}

// processTable lists the processes of this machine. About 100 of them take
// 2 ms.
func processTable() []procEntry {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var table []procEntry
	for _, name := range names {
		if c := name.Name()[0]; c < '0' || c > '9' {
			continue
		}
		text, err := os.ReadFile("/proc/" + name.Name() + "/stat")
		if err != nil {
			continue // it has just ended
		}
		if entry, ok := parseProcStat(text); ok {
			table = append(table, entry)
		}
	}
	return table
}

// parseProcStat reads "pid (name) state parent group ...", and the fields 16 and 17
// for what ended children used, see proc_pid_stat(5). The name may hold anything,
// brackets included.
func parseProcStat(text []byte) (procEntry, bool) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return procEntry{}, false
	}
	rest := strings.Fields(string(text[end+1:]))
	if len(rest) < 3 {
		return procEntry{}, false
	}
	var n [3]int
	for i, field := range []string{strings.TrimSpace(string(text[:open])), rest[1], rest[2]} {
		v, err := strconv.Atoi(field)
		if err != nil {
			return procEntry{}, false
		}
		n[i] = v
	}
	entry := procEntry{pid: n[0], parent: n[1], group: n[2]}
	for _, at := range []int{13, 14} { // user and system time
		if at < len(rest) {
			if ticks, err := strconv.ParseInt(rest[at], 10, 64); err == nil && ticks > 0 && ticks < maxTicks/2 {
				entry.reaped += time.Duration(ticks) * clockTick
			}
		}
	}
	return entry, true
}

// groupOf lists pid and, where it leads a process group, the others in it.
func groupOf(table []procEntry, pid int) []int {
	members := []int{pid}
	for _, p := range table {
		if p.group == pid && p.pid != pid {
			members = append(members, p.pid)
		}
	}
	return members
}

// descendantsOf lists the processes that pid and its children started.
func descendantsOf(table []procEntry, pid int) []int {
	found := []int{pid}
	for i := 0; i < len(found); i++ {
		for _, p := range table {
			if p.parent == found[i] && !slices.Contains(found, p.pid) {
				found = append(found, p.pid)
			}
		}
	}
	return found[1:]
}

// cpuClockOfProcess makes a clock id, see clock_getcpuclockid(3); the 2 is the
// clock that the scheduler keeps, in nanoseconds.
func cpuClockOfProcess(pid int) uintptr { return uintptr(^pid<<3 | 2) }

// processCPU is the processor time of a process since its start, user and
// system, threads that have ended included.
func processCPU(pid int) (time.Duration, bool) {
	var ts syscall.Timespec
	_, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, cpuClockOfProcess(pid), uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano()), errno == 0
}

// peakRSS is the most resident memory that a process had so far, in bytes.
func peakRSS(pid int) *float64 {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	kib, ok := statusField(text, "VmHWM:")
	if !ok {
		return nil
	}
	v := float64(kib) * 1024
	return &v
}

// statusField finds a number in a status file.
func statusField(text []byte, name string) (int64, bool) {
	for line := range bytes.Lines(text) {
		rest, ok := bytes.CutPrefix(line, []byte(name))
		if !ok {
			continue
		}
		fields := bytes.Fields(rest)
		if len(fields) == 0 {
			return 0, false
		}
		v, err := strconv.ParseInt(string(fields[0]), 10, 64)
		return v, err == nil
	}
	return 0, false
}
