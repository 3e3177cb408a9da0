package runfolder

import (
	"slices"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// Round is one run of one arm: a line of rounds.jsonl. Times whose names end
// in _ns are nanoseconds. A figure that could not be had is absent, never 0.
type Round struct {
	Round int       `json:"round"` // from 1
	Order int       `json:"order"` // the arm's place in its round, from 1
	Arm   string    `json:"arm"`
	Seed  uint64    `json:"seed"`
	Start time.Time `json:"start"` // of the load, warm-up included
	// Repeat is 0, or which repeat of the round this is; Repeated says that a
	// later one took its place, so that it counts nowhere.
	Repeat   int  `json:"repeat,omitempty"`
	Repeated bool `json:"repeated,omitempty"`
	// StartupNS is how long the arm took until it was ready.
	StartupNS time.Duration `json:"startup_ns"`
	// Partial says that the run was cut short: its window is shorter than that
	// of the others, and bench.txt leaves it out.
	Partial bool `json:"partial,omitempty"`
	// Failure is the error that the target ended the run with, and FailureKind
	// what it was about. bench.txt leaves such a run out, too. Folders of formats 1
	// and 2 have no kind; the text of one that did not start says so.
	Failure     string      `json:"failure,omitempty"`
	FailureKind FailureKind `json:"failure_kind,omitempty"`
	// Noisy says which limits on noise the run was over, and by how much.
	Noisy []Excess `json:"noisy,omitempty"`

	// CheckState is what the target's check came to, and Broken the promises
	// that the service did not keep. The figures of such a run count: a wrong
	// answer may well be a fast one, and the reader must see both.
	CheckState CheckState `json:"check,omitempty"`
	Broken     []Broken   `json:"broken,omitempty"`
	// NotChecked says why the state is CheckMissing.
	NotChecked *Reason `json:"not_checked,omitempty"`

	Load     Load      `json:"load"`
	Cost     Cost      `json:"cost"`
	Noise    Noise     `json:"noise"`
	Halves   *Halves   `json:"halves,omitempty"`
	Capacity *Capacity `json:"capacity,omitempty"`
	// Doubts are what kept the run from being what was asked: those of loadgen,
	// and Unsteady.
	Doubts []loadgen.Doubt `json:"verdicts,omitempty"`
}

// CheckState is what a check came to. Empty: the target has no check.
type CheckState string

// The states of a check.
const (
	CheckHeld    CheckState = "held"
	CheckBroken  CheckState = "broken"
	CheckMissing CheckState = "not checked"
)

// modern makes of a line of format 1 or 2 one of today: the reason for a check that
// was not made was part of its state.
func (r *Round) modern() {
	if why, ok := strings.CutPrefix(string(r.CheckState), string(CheckMissing)+": "); ok {
		r.CheckState, r.NotChecked = CheckMissing, &Reason{Detail: why}
	}
}

// doubts reports whether the run has a doubt of the code.
func (r *Round) doubts(code loadgen.DoubtCode) bool {
	return slices.ContainsFunc(r.Doubts, func(d loadgen.Doubt) bool { return d.Code == code })
}

// whole says that the run is fit to stand for its arm.
func (r *Round) whole() bool { return !r.Partial && !r.Repeated && r.Failure == "" }

// Load is what the clients saw, over the measured window.
type Load struct {
	WindowNS     time.Duration `json:"window_ns"`
	AskedRate    float64       `json:"asked_rate,omitempty"` // per second; absent when closed
	SentRate     float64       `json:"sent_rate"`
	AnsweredRate float64       `json:"answered_rate"`
	Requests     int64         `json:"requests"` // due in the window, whatever became of them
	// Sent and NotSent together are Requests; both are absent from folders that
	// older versions wrote.
	Sent     int64 `json:"sent,omitempty"`
	NotSent  int64 `json:"not_sent,omitempty"`
	Answered int64 `json:"answered"` // of any status
	// Errors are the requests without an answer plus the answers of a status
	// that is not a good one.
	Errors int64 `json:"errors"`
	// Failures counts the errors by cause: a loadgen.ErrorKind, or "status 503".
	Failures map[string]int64 `json:"failures,omitempty"`
	// Samples has one real failure for the causes of which more is known than
	// the name, and under "status 302" where the first such redirect led.
	Samples  map[string]loadgen.Sample `json:"samples,omitempty"`
	Statuses map[int]int64             `json:"statuses,omitempty"` // of all answers
	// Outcomes counts what the answers meant, where the arm can tell.
	Outcomes map[string]int64 `json:"outcomes,omitempty"`
	// Response counts from the intended send time, Service from the write;
	// Lateness is the generator's own delay. Absent when nothing was answered.
	Response *Quantiles `json:"response,omitempty"`
	Service  *Quantiles `json:"service,omitempty"`
	Lateness *Quantiles `json:"lateness,omitempty"`
	GapCV    float64    `json:"gap_cv"` // of the gaps between writes: 0 even, 1 Poisson

	Connections loadgen.Connections `json:"connections"`
}

// Quantiles sums a histogram up; latency.hgrm and metrics.json have it whole.
type Quantiles struct {
	Mean time.Duration `json:"mean_ns"`
	P50  time.Duration `json:"p50_ns"`
	P95  time.Duration `json:"p95_ns"`
	P99  time.Duration `json:"p99_ns"`
	Max  time.Duration `json:"max_ns"`
}

// Cost is what the requests cost, per request where the name says so.
type Cost struct {
	// ServerCPU and ClientCPU are processor time per request in nanoseconds,
	// user and system. Server is absent unless the target is a process of this
	// machine whose id is known, or its metrics tell.
	ServerCPU *float64 `json:"server_cpu_ns_per_op,omitempty"`
	ClientCPU *float64 `json:"client_cpu_ns_per_op,omitempty"`
	// Bytes and Allocs are heap allocations of the whole process per request,
	// background work included, the reading of the metrics not.
	Bytes  *float64 `json:"bytes_per_op,omitempty"`
	Allocs *float64 `json:"allocs_per_op,omitempty"`
	// GCCycles and GCPause (seconds, everything stopped) are totals over the
	// window.
	GCCycles *float64 `json:"gc_cycles,omitempty"`
	GCPause  *float64 `json:"gc_pause_sec,omitempty"`
	// PeakRSS is the most resident memory in bytes that the process had since
	// it was started, RSS that at the end of the window.
	PeakRSS *float64 `json:"peak_rss_bytes,omitempty"`
	RSS     *float64 `json:"rss_bytes,omitempty"`
	// Source is what the runtime figures were read from ("prometheus",
	// "expvar"); Missing says why some are absent.
	Source  string  `json:"source,omitempty"`
	Missing *Reason `json:"missing,omitempty"`
}

// Halves are the median response times of the two halves of the measured
// window, told apart by when requests were meant to be sent.
type Halves struct {
	First  time.Duration `json:"first_p50_ns"`
	Second time.Duration `json:"second_p50_ns"`
	// Agree says that they differ by at most 10 %, or by less than 50 µs.
	Agree bool `json:"agree"`
}
