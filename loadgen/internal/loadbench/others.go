package main

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// busyTime is the CPU time the whole machine has used since it started, from
// Linux's books in steps of 10 ms; 0 where there are none. Ticks miss part of
// what a task uses that only wakes up briefly, so paced runs read too low here,
// even below zero: a high reading means company, a low one little.
func busyTime() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	var ticks int64
	for i, field := range bytes.Fields(line) {
		const idle, ioWait = 4, 5
		n, err := strconv.ParseInt(string(field), 10, 64)
		// Guest time, from column 9, is in user time already.
		if err == nil && i != idle && i != ioWait && i < 9 {
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// ownTime is the CPU time of this process and of the children it waited for.
func ownTime() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

// othersMeter measures what the rest of the machine did meanwhile: runs that
// shared the processors with something else prove little.
type othersMeter struct {
	start     time.Time
	busy, own time.Duration
}

func watchOthers() othersMeter { return othersMeter{time.Now(), busyTime(), ownTime()} }

// share returns the cores others used, in percent of one; call it when the
// server has been waited for.
func (m othersMeter) share() float64 {
	others := busyTime() - m.busy - (ownTime() - m.own)
	return 100 * float64(others) / float64(time.Since(m.start))
}
