package main

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// history is what the clients of a cycle did and were told: a file to which
// lines are only added, and the same for the audit in memory. Each invocation is
// written before it is sent. Safe for concurrent use.
//
// `lotteryctl verify --answers` reads the file; to it an invocation is an answer
// that says nothing.
type history struct {
	began    time.Time // monotonic
	recorder audit.Recorder

	mu   sync.Mutex
	file *os.File
	zip  *gzip.Writer
	json *json.Encoder
	n    int64
	err  error // the first one
}

// line is one line of the file.
type line struct {
	N        int64     `json:"n"`  // the invocation's number
	Op       string    `json:"op"` // invoke, answer, or fault
	T        int64     `json:"t"`  // nanoseconds since the cycle began, by a monotonic clock
	Replica  string    `json:"replica,omitempty"`
	Sent     time.Time `json:"sent,omitzero"`
	Done     time.Time `json:"done,omitzero"`
	Status   int       `json:"status,omitempty"`
	Error    string    `json:"error,omitempty"`
	Path     string    `json:"path,omitempty"`
	Request  string    `json:"request,omitempty"`
	Response string    `json:"response,omitempty"`
	Event    string    `json:"event,omitempty"`
	Seed     uint64    `json:"seed,omitempty"` // in the first line
	Cycle    int       `json:"cycle,omitempty"`
}

func openHistory(path string, seed uint64, cycle int) (*history, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	h := &history{began: time.Now(), file: file, zip: gzip.NewWriter(file)}
	h.json = json.NewEncoder(h.zip)
	h.write(line{Op: "fault", Event: "cycle begins", Seed: seed, Cycle: cycle})
	return h, nil
}

func (h *history) write(l line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.add(l)
}

func (h *history) add(l line) {
	l.T = int64(time.Since(h.began))
	if err := h.json.Encode(l); err != nil && h.err == nil {
		h.err = err
	}
}

// invoke writes that a request is about to be sent, and returns its number.
func (h *history) invoke(replica, path, request string) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	h.add(line{N: h.n, Op: "invoke", Replica: replica, Path: path, Request: request})
	return h.n
}

// answer writes what came of an invocation. An error says that the answer was
// none of lotteryd's.
func (h *history) answer(n int64, x audit.Exchange) (audit.Answer, error) {
	h.write(line{
		N: n, Op: "answer", Sent: x.Sent, Done: x.Done, Status: x.Status, Error: x.Error,
		Path: x.Path, Request: string(x.Request), Response: string(x.Response),
	})
	return h.recorder.RecordExchange(x)
}

// event writes what the nemesis did.
func (h *history) event(text string) { h.write(line{Op: "fault", Event: text}) }

func (h *history) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return errors.Join(h.err, h.zip.Close(), h.file.Close())
}
