package loadgen

import (
	"slices"
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

// TestDoubts breaks one thing in a healthy result per row and names the
// doubt it must bring, with its figures, and no other.
func TestDoubts(t *testing.T) {
	tests := []struct {
		name    string
		spoil   func(*Result)
		want    []DoubtCode
		figures Doubt // without its code
	}{
		{"healthy", func(*Result) {}, nil, Doubt{}},
		{"late", func(r *Result) {
			r.Lateness.RecordN(5*time.Millisecond, 200)
			r.Response.RecordN(6*time.Millisecond, 200)
		}, []DoubtCode{GeneratorLimit}, Doubt{LatenessP99: 5 * time.Millisecond, ResponseP99: 6 * time.Millisecond}},
		{"late, but nothing beside the response", func(r *Result) {
			r.Lateness.RecordN(5*time.Millisecond, 200)
			r.Response.RecordN(100*time.Millisecond, 200)
		}, nil, Doubt{}},
		{"a few late ones", func(r *Result) { r.Lateness.RecordN(time.Second, 50) }, nil, Doubt{}},
		{"busy", func(r *Result) { r.CPU.Sender = 0.97 }, []DoubtCode{GeneratorLimit}, Doubt{SenderBusy: 0.97}},
		{"busy closed loop", func(r *Result) { r.CPU.Sender, r.Arrivals, r.AskedRate = 0.97, Closed, 0 }, []DoubtCode{GeneratorLimit}, Doubt{SenderBusy: 0.97}},
		{"no ports left", func(r *Result) { r.Counts.Errors[KindLocal] = 3 }, []DoubtCode{GeneratorLimit}, Doubt{LocalErrors: 3}},
		{"backlog", func(r *Result) { r.SentRate = 800 }, []DoubtCode{RateNotReached}, Doubt{SentRate: 800, DueRate: 1000, AskedRate: 1000}},
		{"small backlog", func(r *Result) { r.SentRate = 980 }, nil, Doubt{}},
		{"errors", func(r *Result) { r.Counts.Errors[KindRefused] = 500 }, []DoubtCode{RateNotReached}, Doubt{Unanswered: 500, Intended: 10_000}},
		{"late, but against refusals", func(r *Result) {
			r.Counts.Errors[KindRefused] = 6_000
			r.Response = new(Histogram)
			r.Response.RecordN(300*time.Microsecond, 3_800)
			r.Lateness.RecordN(5*time.Millisecond, 200)
			r.Response.RecordN(6*time.Millisecond, 200)
		}, []DoubtCode{RateNotReached}, Doubt{Unanswered: 6_000, Intended: 10_000}},
		{"a few errors", func(r *Result) { r.Counts.Errors[KindClosed] = 20 }, nil, Doubt{}},
		{"unfinished by a cancel", func(r *Result) { r.Counts.Errors[KindUnfinished] = 500; r.Partial = true }, []DoubtCode{RunPartial}, Doubt{Window: 10 * time.Second}},
		{"unlucky Poisson", func(r *Result) { r.Arrivals, r.AskedRate = Poisson, 1100 }, nil, Doubt{}},
		{"queue", func(r *Result) {
			r.Connections = Connections{Cap: 8, Queued: 120, QueuedFor: 3 * time.Second}
			r.ConnWait.RecordN(25*time.Millisecond, 120)
		}, []DoubtCode{CapQueued}, Doubt{Queued: 120, QueuedFor: 3 * time.Second, WaitP99: 25 * time.Millisecond, Cap: 8}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := healthy()
			tt.spoil(r)
			var got []DoubtCode
			for _, d := range judge(r, DefaultTimeout) {
				got = append(got, d.Code)
				// Quantiles are of a histogram: three digits.
				d.Code, d.LatenessP99, d.ResponseP99, d.WaitP99 = "", round(d.LatenessP99), round(d.ResponseP99), round(d.WaitP99)
				if d != tt.figures {
					t.Errorf("got the figures %+v, want %+v", d, tt.figures)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("doubts %q, want %q", got, tt.want)
			}
		})
	}
}

// round cuts off what a histogram cannot tell.
func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
