package drawmodel

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"
)

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s=%q: a whole number is needed", name, text)
	}
	return n
}

// TestModel is make model: worlds one after the other from MODEL_SEED on, on all
// processors, until MODEL_STEPS steps were taken. It is short unless these say
// otherwise. One world alone, with its history: MODEL_SEED=… MODEL_STEPS=1 MODEL_TEXT=file.
func TestModel(t *testing.T) {
	const worldSteps = 4000
	first, most := number(t, "MODEL_SEED", 1000), number(t, "MODEL_STEPS", 20_000)
	var (
		mu    sync.Mutex
		all   Totals
		next  = first
		began = time.Now()
	)
	if name := os.Getenv("MODEL_TEXT"); name != "" {
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := live(t, PlanOf(first, worldSteps), f)
		mustHold(t, r)
		t.Logf("seed %d: %+v", first, r)
		return
	}
	take := func() (seed uint64, more bool) {
		mu.Lock()
		defer mu.Unlock()
		if uint64(all.Steps) >= most {
			return 0, false
		}
		next++
		return next - 1, true
	}
	t.Run("worlds", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for seed, more := take(); more; seed, more = take() {
					r := live(t, PlanOf(seed, worldSteps), nil)
					mustHold(t, r)
					mu.Lock()
					all.Add(r)
					mu.Unlock()
				}
			})
		}
	})
	took := time.Since(began)
	t.Logf("seeds %d to %d: %d worlds, %d steps in %v: %.2g steps/min; %v of their own time",
		first, next-1, all.Worlds, all.Steps, took.Round(time.Millisecond), float64(all.Steps)/took.Minutes(), all.Lived.Round(time.Second))
	t.Logf("faults %v", all.Faults)
	t.Logf("answers %v", all.Answers)
	t.Logf("rebuilds %d, of which begun over another one %d; alarms %v", all.Rebuilt, all.Overtaken, all.Alarms)
	t.Logf("losses that became something else after a loss of data %d; longest wait after the last fault %v", all.LossBroken, all.LongestWait.Round(time.Millisecond))
	t.Logf("broken %v; seeds that break something: %v", all.Broken, all.Failed)
}
