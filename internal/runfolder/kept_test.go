package runfolder_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestKept(t *testing.T) {
	run := func(round int, arm string) runfolder.Round { return runfolder.Round{Round: round, Arm: arm} }
	with := func(r runfolder.Round, change func(*runfolder.Round)) runfolder.Round { change(&r); return r }
	repeated := func(r *runfolder.Round) { r.Repeated = true }
	rounds := []runfolder.Round{
		run(1, "a"), run(1, "b"),
		with(run(2, "b"), repeated), with(run(2, "a"), repeated), run(2, "b"), run(2, "a"),
		run(3, "a"), with(run(3, "b"), func(r *runfolder.Round) { r.Failure = "ended" }),
		run(4, "b"), run(4, "a"),
		run(5, "a"), with(run(5, "b"), func(r *runfolder.Round) { r.Partial = true }),
		run(6, "b"),
	}
	var got []int
	for _, r := range runfolder.Kept(rounds) {
		got = append(got, r.Round)
	}
	if want := []int{1, 1, 2, 2, 4, 4}; !slices.Equal(got, want) {
		t.Errorf("got the rounds %v, want %v", got, want)
	}
	m := manifest()
	text := runfolder.BenchText(&m, rounds)
	for _, want := range []string{
		"# round 3 lacks an arm and is left out: BenchmarkHTTP/arm=a ", "# round 3 failed and is left out: BenchmarkHTTP/arm=b ",
		"# round 5 was cut short and is left out: BenchmarkHTTP/arm=b ", "# round 6 lacks an arm and is left out: ",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("not one %q in\n%s", want, text)
		}
	}
	if strings.Count(text, "\nBenchmarkHTTP/arm=a ") != 3 || strings.Count(text, "\nBenchmarkHTTP/arm=b ") != 3 {
		t.Errorf("want three lines of each arm:\n%s", text)
	}
}
