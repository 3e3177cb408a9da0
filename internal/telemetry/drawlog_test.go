package telemetry_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// answering is the part of an observer of internal/httpapi that the draw logs
// are about.
type answering interface {
	Started()
	Answered(e lottery.Entry, a lottery.Answer, took time.Duration)
}

// drawLogs are all there are, by their name in the catalogue of steps.
func drawLogs(m *telemetry.Metrics, w io.Writer) map[string]answering {
	log := telemetry.NewLogger(w, telemetry.LogJSON, new(slog.LevelVar))
	return map[string]answering{
		"before":  telemetry.NewPrintedDrawLog(m, w),
		"article": telemetry.NewFieldDrawLog(m, log),
		"best":    telemetry.NewDrawLog(m, log, telemetry.DefaultLossEvery),
		"zerolog": telemetry.NewZerologDrawLog(m, w),
	}
}

// answers are one of each kind, with what a line about it must hold.
func answers() map[string]struct {
	answer lottery.Answer
	has    []string
} {
	replayed := winIn("gold")
	replayed.Replayed = true
	type row = struct {
		answer lottery.Answer
		has    []string
	}
	return map[string]row{
		"loss":         {lottery.Answer{Keys: entryKeys}, []string{"loss", "spring", entryKeys.User.String(), entryKeys.Request.String()}},
		"win":          {winIn("gold"), []string{"win", "spring", entryKeys.User.String(), entryKeys.Request.String(), "gold"}},
		"replayed win": {replayed, []string{"win", "gold", "true"}},
		"pending":      {lottery.Answer{Result: lottery.Pending, Keys: entryKeys}, []string{"pending", entryKeys.Request.String()}},
	}
}

// TestEachDrawIsLogged is about the variants that write a line for every draw,
// and about what none of them may write.
func TestEachDrawIsLogged(t *testing.T) {
	for variant := range drawLogs(telemetry.NewMetrics(""), io.Discard) {
		for kind, c := range answers() {
			t.Run(variant+"/"+kind, func(t *testing.T) {
				var out bytes.Buffer
				m := telemetry.NewMetrics("")
				observer := drawLogs(m, &out)[variant]
				for range 10 {
					observer.Started()
					observer.Answered(entry, c.answer, 1500*time.Microsecond)
				}
				want := 10
				if variant == "best" && kind == "loss" {
					want = 0 // losses are at debug
				}
				lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
				if got := strings.Count(out.String(), "\n"); got != want {
					t.Fatalf("%d lines for 10 draws; want %d:\n%s", got, want, out.String())
				}
				for _, has := range c.has {
					if want > 0 && !strings.Contains(lines[0], has) {
						t.Errorf("the line lacks %q: %s", has, lines[0])
					}
				}
				for _, unlocks := range []string{"SECRET-CODE", entry.User, entry.Request} {
					if strings.Contains(out.String(), unlocks) {
						t.Errorf("the log holds %s:\n%s", unlocks, out.String())
					}
				}
				expect(t, m, map[string]string{
					"lotteryd_draws_in_flight": "0",
					fmt.Sprintf(`lotteryd_draw_duration_seconds_count{result="%s"}`, c.answer.Result): "10",
				})
			})
		}
	}
}

// TestDrawLogsKeepLinesWhole lets goroutines write at once.
func TestDrawLogsKeepLinesWhole(t *testing.T) {
	for _, variant := range []string{"before", "article", "zerolog"} {
		t.Run(variant, func(t *testing.T) {
			var out bytes.Buffer
			observer := drawLogs(telemetry.NewMetrics(""), &out)[variant]
			var work sync.WaitGroup
			for range 8 {
				work.Go(func() {
					for range 50 {
						observer.Started()
						observer.Answered(entry, lottery.Answer{Keys: entryKeys}, time.Millisecond)
					}
				})
			}
			work.Wait()
			lines := 0
			for line := range strings.Lines(out.String()) {
				lines++
				if strings.Count(line, entryKeys.Request.String()) != 1 {
					t.Fatalf("not one whole line: %q", line)
				}
			}
			if lines != 400 {
				t.Errorf("%d lines; want 400", lines)
			}
		})
	}
}

// BenchmarkDrawLog is one answer observed, its metrics included; none is the
// metrics alone. Lines go to the null device: one system call a line, as to a
// file, but no disk.
func BenchmarkDrawLog(b *testing.B) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	m := telemetry.NewMetrics("")
	observers := drawLogs(m, null)
	observers["none"] = m
	for _, kind := range []string{"loss", "win"} {
		answer := answers()[kind].answer
		for _, name := range []string{"none", "before", "article", "best", "zerolog"} {
			observer := observers[name]
			b.Run("log="+name+"/answer="+kind, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					observer.Started()
					observer.Answered(entry, answer, 700*time.Microsecond)
				}
			})
		}
	}
}
