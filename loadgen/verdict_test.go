package loadgen

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// healthy is the result of a run without a fault: 1,000/s for 10 s.
func healthy() *Result {
	r := &Result{
		Window: 10 * time.Second, Arrivals: Constant, AskedRate: 1000, SentRate: 1000, AnsweredRate: 999,
		Response: new(Histogram), Service: new(Histogram), Lateness: new(Histogram), ConnWait: new(Histogram),
		Counts: Counts{Intended: 10_000, Sent: 10_000, Answered: 10_000, Errors: map[ErrorKind]int64{}},
	}
	r.Response.RecordN(300*time.Microsecond, 10_000)
	r.Lateness.RecordN(90*time.Microsecond, 10_000)
	r.CPU.Sender = 0.2
	return r
}

// TestVerdicts breaks one thing in a healthy result per row and names the
// verdict it must bring, and no other.
func TestVerdicts(t *testing.T) {
	tests := []struct {
		name    string
		spoil   func(*Result)
		want    []VerdictKind
		mention string
	}{
		{"healthy", func(*Result) {}, nil, ""},
		{"late", func(r *Result) {
			r.Lateness.RecordN(5*time.Millisecond, 200)
			r.Response.RecordN(6*time.Millisecond, 200)
		}, []VerdictKind{GeneratorLimit}, "5"},
		{"late, but nothing beside the response", func(r *Result) {
			r.Lateness.RecordN(5*time.Millisecond, 200)
			r.Response.RecordN(100*time.Millisecond, 200)
		}, nil, ""},
		{"a few late ones", func(r *Result) { r.Lateness.RecordN(time.Second, 50) }, nil, ""},
		{"busy", func(r *Result) { r.CPU.Sender = 0.97 }, []VerdictKind{GeneratorLimit}, "97 %"},
		{"busy closed loop", func(r *Result) { r.CPU.Sender, r.Arrivals, r.AskedRate = 0.97, Closed, 0 }, []VerdictKind{GeneratorLimit}, "97 %"},
		{"no ports left", func(r *Result) { r.Counts.Errors[KindLocal] = 3 }, []VerdictKind{GeneratorLimit}, "3 requests"},
		{"backlog", func(r *Result) { r.SentRate = 800 }, []VerdictKind{RateNotReached}, "800.0/s"},
		{"small backlog", func(r *Result) { r.SentRate = 980 }, nil, ""},
		{"errors", func(r *Result) { r.Counts.Errors[KindRefused] = 500 }, []VerdictKind{RateNotReached}, "5.0 %"},
		{"late, but against refusals", func(r *Result) {
			r.Counts.Errors[KindRefused] = 6_000
			r.Lateness.RecordN(5*time.Millisecond, 200)
			r.Response.RecordN(6*time.Millisecond, 200)
		}, []VerdictKind{RateNotReached}, "60.0 %"},
		{"a few errors", func(r *Result) { r.Counts.Errors[KindClosed] = 20 }, nil, ""},
		{"unfinished by a cancel", func(r *Result) { r.Counts.Errors[KindUnfinished] = 500; r.Partial = true }, []VerdictKind{RunPartial}, "10s"},
		{"unlucky Poisson", func(r *Result) { r.Arrivals, r.AskedRate = Poisson, 1100 }, nil, ""},
		{"queue", func(r *Result) {
			r.Connections = Connections{Cap: 8, Queued: 120, QueuedFor: 3 * time.Second}
			r.ConnWait.RecordN(25*time.Millisecond, 120)
		}, []VerdictKind{CapQueued}, "120 requests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := healthy()
			tt.spoil(r)
			var got []VerdictKind
			for _, v := range judge(r) {
				got = append(got, v.Kind)
				if !strings.Contains(v.String(), tt.mention) {
					t.Errorf("verdict %q does not mention %q", v, tt.mention)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("verdicts %q, want %q", got, tt.want)
			}
		})
	}
}

func TestGapStats(t *testing.T) {
	tests := []struct {
		name  string
		times []time.Duration
		want  float64
	}{
		{"none", nil, 0},
		{"one gap", []time.Duration{0, 5}, 0},
		{"even", []time.Duration{0, 10, 20, 30}, 0},
		{"pairs", []time.Duration{0, 0, 20, 20, 40}, 1}, // gaps 0 20 0 20: mean 10, deviation 10
	}
	for _, tt := range tests {
		var g gapStats
		for _, at := range tt.times {
			g.add(at)
		}
		if got := g.cv(); got < tt.want-1e-9 || got > tt.want+1e-9 {
			t.Errorf("%s: CV %v, want %v", tt.name, got, tt.want)
		}
	}
}
