package telemetry_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

func TestSampledLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		left := 0
		log := telemetry.Sampled(slog.New(slog.NewTextHandler(&out, nil)), telemetry.Sampling{First: 3, Every: 100, LeftOut: func() { left++ }})
		away := lottery.Unavailable("Redis", errors.New("refused"))
		lines := func() (n int) { defer out.Reset(); return strings.Count(out.String(), "\n") }
		for range 1000 {
			log.Warn("draw failed", "error", away)
		}
		if text := out.String(); strings.Count(text, "left_out=99") != 9 || left != 988 {
			t.Errorf("%d lines left out, got:\n%s", left, text)
		}
		if n := lines(); n != 3+9 { // the first 3, then one of each hundred of 997
			t.Errorf("%d lines of 1,000", n)
		}
		log.Error("draw failed", "error", errors.New("a defect")) // another kind
		log.With("a", 1).WithGroup("g").Warn("draw failed", "error", away)
		for i := range 20 {
			log.Info("win", "n", i)
		}
		if text := out.String(); strings.Count(text, "win") != 20 || !strings.Contains(text, "defect") || strings.Contains(text, "a=1") {
			t.Errorf("got:\n%s", text)
		}
		lines()
		time.Sleep(time.Second)
		for range 2 {
			log.Warn("draw failed", "error", away)
		}
		if text := out.String(); strings.Count(text, "\n") != 2 || strings.Count(text, "left_out=98") != 1 {
			t.Errorf("in the next second:\n%s", fmt.Sprint(text))
		}
	})
}

func BenchmarkSampledLog(b *testing.B) {
	log := telemetry.Sampled(slog.New(slog.NewTextHandler(io.Discard, nil)), telemetry.Sampling{})
	away := lottery.Unavailable("Redis", errors.New("refused"))
	b.ReportAllocs()
	for b.Loop() {
		log.Warn("draw failed", "activity", "spring", "request", "r", "error", away)
	}
}
