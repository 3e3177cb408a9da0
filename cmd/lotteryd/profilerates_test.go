package main

import (
	"runtime"
	"runtime/pprof"
	"testing"
	"time"
)

// TestSetProfileRates is not parallel: the rates are the process's.
func TestSetProfileRates(t *testing.T) {
	before := runtime.SetMutexProfileFraction(-1)
	t.Cleanup(func() {
		runtime.SetBlockProfileRate(0)
		runtime.SetMutexProfileFraction(before)
	})
	block := func() int {
		ready := make(chan struct{})
		go func() { // ends with the send
			time.Sleep(5 * time.Millisecond)
			ready <- struct{}{}
		}()
		<-ready
		return pprof.Lookup("block").Count()
	}
	setProfileRates(Config{})
	if got := runtime.SetMutexProfileFraction(-1); got != before || block() != 0 {
		t.Errorf("by default nothing is sampled; got mutex fraction %d", got)
	}
	setProfileRates(Config{BlockProfileRate: 1, MutexProfileFraction: 5})
	if got := runtime.SetMutexProfileFraction(-1); got != 5 {
		t.Errorf("got mutex fraction %d, want 5", got)
	}
	if block() == 0 {
		t.Error("a goroutine that waited is not in the block profile")
	}
}
