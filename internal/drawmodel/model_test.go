package drawmodel

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// live runs a plan in a bubble of its own.
func live(t *testing.T, p Plan, text io.Writer) (r Report) {
	t.Helper()
	synctest.Test(t, func(*testing.T) { r = Run(p, text) })
	return r
}

func TestTry(t *testing.T) {
	seed, _ := strconv.ParseUint(os.Getenv("MODEL_SEED"), 10, 64)
	n, _ := strconv.Atoi(os.Getenv("MODEL_N"))
	began, steps := time.Now(), int64(0)
	for i := range max(n, 1) {
		var text io.Writer
		if n == 1 {
			text = os.Stdout
		}
		r := live(t, PlanOf(seed+uint64(i), 4000), text)
		steps += r.Steps
		if len(r.Broken) > 0 {
			fmt.Println("seed", seed+uint64(i), len(r.Broken), r.Broken[:min(len(r.Broken), 4)], r.Plan.Faults, r.Faults, r.Alarms)
		}
		if n == 1 {
			fmt.Printf("%+v\n", r.Answers)
		}
	}
	d := time.Since(began)
	fmt.Println(steps, "steps in", d, "per minute", float64(steps)/d.Minutes())
}
