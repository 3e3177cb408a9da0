package main

import (
	"time"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// openRecorder makes the recorder that c asks for, nil for none. It records
// from when its Run is called.
func openRecorder(c Config) (*recorder.Recorder, error) {
	if c.Recorder == "off" {
		return nil, nil
	}
	return recorder.New(recorder.Options{
		Dir: c.RecorderDir, Latency: c.RecorderLatency,
		Budget: recorder.Budget{CPU: c.RecorderCPU},
	})
}

// watched tells the recorder how long draws and lookups take.
type watched struct {
	httpapi.Observer
	recorder *recorder.Recorder
}

// watchedBy leaves the observer as it is where there is no recorder.
func watchedBy(r *recorder.Recorder, o httpapi.Observer) httpapi.Observer {
	if r == nil {
		return o
	}
	return watched{o, r}
}

// Answered implements [httpapi.Observer].
func (w watched) Answered(e lottery.Entry, a lottery.Answer, took time.Duration) {
	w.Observer.Answered(e, a, took)
	w.recorder.Observe("a draw or lookup", took)
}

// Failed implements [httpapi.Observer].
func (w watched) Failed(e lottery.Entry, kind lottery.ErrorKind, took time.Duration) {
	w.Observer.Failed(e, kind, took)
	w.recorder.Observe("a draw or lookup", took)
}
