package experiment

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// markNoise reads the counters; pid 0 means that the server is not known.
func markNoise(pid int) noiseMark {
	m := noiseMark{client: runQueue(os.Getpid()), pressure: cpuPressure()}
	if pid > 0 {
		m.server = runQueue(pid)
	}
	return m
}

// runQueue adds up the second field of /proc/PID/task/*/schedstat: nanoseconds
// spent waiting on a run queue.
func runQueue(pid int) *time.Duration {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	var sum time.Duration
	known := false
	for _, file := range files {
		text, err := os.ReadFile(file)
		fields := strings.Fields(string(text))
		if err != nil || len(fields) < 2 {
			continue // the thread has just ended
		}
		if ns, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
			sum += time.Duration(ns)
			known = true
		}
	}
	if !known {
		return nil
	}
	return &sum
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

func loadAverage() *float64 {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	v, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return nil
	}
	return &v
}

// peakRSS is the most resident memory a process had so far, in bytes.
func peakRSS(pid int) *float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == "VmHWM:" {
			if kib, err := strconv.ParseFloat(string(fields[1]), 64); err == nil {
				v := kib * 1024
				return &v
			}
		}
	}
	return nil
}

// cpuModel is the first "model name" of /proc/cpuinfo.
func cpuModel() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return ""
}

func kernel() string {
	text, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return strings.TrimSpace(string(text))
}

// memoryBytes is the machine's memory.
func memoryBytes() int64 {
	text, _ := os.ReadFile("/proc/meminfo")
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "MemTotal:" {
			kib, _ := strconv.ParseInt(fields[1], 10, 64)
			return kib * 1024
		}
	}
	return 0
}
