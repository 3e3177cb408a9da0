//go:build !linux

package experiment

import "time"

// On other systems these facts are not read; the run folder leaves them out.

func markNoise(int) noiseMark { return noiseMark{at: time.Now()} }
func loadAverage() *float64   { return nil }
func peakRSS(int) *float64    { return nil }
