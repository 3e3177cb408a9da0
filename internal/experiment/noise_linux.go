package experiment

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// markNoise reads the counters; pid 0 means that the server is not known. It
// takes some milliseconds.
func markNoise(pid int) noiseMark {
	self := os.Getpid()
	table := processTable()
	m := noiseMark{at: time.Now(), pressure: cpuPressure(), client: threadsOf([]int{self}), known: map[int]spent{}}
	if pid > 0 {
		m.group = groupOf(table, pid)
		m.server = threadsOf(m.group)
	}
	known := append(append(descendantsOf(table, self), self), m.group...)
	for _, p := range table {
		if !slices.Contains(known, p.pid) {
			continue
		}
		if cpu, ok := processCPU(p.pid); ok {
			m.known[p.pid] = spent{own: cpu, reaped: p.reaped, parent: p.parent}
		}
	}
	text, _ := os.ReadFile("/proc/stat")
	m.busy, m.cores = parseBusy(string(text))
	return m
}

// threadsOf reads the counters of all threads of processes: the second field
// of schedstat is nanoseconds spent waiting on a run queue.
func threadsOf(pids []int) threads {
	var found threads
	for _, pid := range pids {
		tasks, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*")
		for _, task := range tasks {
			id, err := strconv.Atoi(filepath.Base(task))
			text, readErr := os.ReadFile(task + "/schedstat")
			fields := strings.Fields(string(text))
			if err != nil || readErr != nil || len(fields) < 2 {
				continue // the thread has just ended
			}
			ns, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				continue
			}
			status, _ := os.ReadFile(task + "/status")
			switches, _ := statusField(status, "nonvoluntary_ctxt_switches:")
			if found == nil {
				found = threads{}
			}
			found[id] = threadMark{wait: time.Duration(ns), switches: switches}
		}
	}
	return found
}

// cpuPressure is the total of the "some" line of /proc/pressure/cpu.
func cpuPressure() *time.Duration {
	text, _ := os.ReadFile("/proc/pressure/cpu")
	for line := range strings.Lines(string(text)) {
		if _, total, ok := strings.Cut(line, "total="); ok && strings.HasPrefix(line, "some ") {
			if us, err := strconv.ParseInt(strings.TrimSpace(total), 10, 64); err == nil {
				d := time.Duration(us) * time.Microsecond
				return &d
			}
		}
	}
	return nil
}

// parseBusy reads /proc/stat: the time that all processors together did
// anything but idle (fields 4) or idle in wait of a disk (5), stolen time (8)
// included and guests (9, 10), which are in user time already, not counted
// twice. cores counts the processors.
func parseBusy(stat string) (busy *time.Duration, cores int) {
	for line := range strings.Lines(stat) {
		fields := strings.Fields(line)
		if len(fields) < 6 || !strings.HasPrefix(fields[0], "cpu") {
			continue
		}
		if fields[0] != "cpu" {
			cores++
			continue
		}
		var ticks int64
		for i, field := range fields[1:min(len(fields), 9)] {
			v, err := strconv.ParseInt(field, 10, 64)
			if err != nil || v < 0 {
				return nil, 0
			}
			if i == 3 || i == 4 {
				continue
			}
			if v > maxTicks-ticks {
				return nil, 0 // better no figure than one that has wrapped around
			}
			ticks += v
		}
		sum := time.Duration(ticks) * clockTick
		busy = &sum
	}
	return busy, cores
}

func loadAverage() *float64 {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	v, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return nil
	}
	return &v
}
