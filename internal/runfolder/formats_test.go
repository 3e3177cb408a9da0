package runfolder_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// TestFormat2IsRead: a folder of before the codes. Its sentences become details,
// and where they have figures, those.
func TestFormat2IsRead(t *testing.T) {
	folder := os.DirFS("testdata/format2")
	m, rounds, skipped, err := runfolder.Read(folder)
	if err != nil || len(skipped) > 0 || len(rounds) != 3 || m.Format != 2 || len(m.Arms) != 3 {
		t.Fatalf("got format %d, %d rounds, %v, %v", m.Format, len(rounds), skipped, err)
	}
	noisy, unchecked, broken := rounds[0], rounds[1], rounds[2]
	if len(noisy.Noisy) != 1 || noisy.Noisy[0].Noise != "" || !strings.HasPrefix(noisy.Noisy[0].Detail, "server run-queue delay was ") || noisy.Load.Response == nil {
		t.Errorf("noisy: got %+v", noisy)
	}
	if unchecked.CheckState != runfolder.CheckMissing || unchecked.NotChecked == nil || unchecked.NotChecked.Detail != "the audit could not be done: timeout" {
		t.Errorf("not checked: got %q, %+v", unchecked.CheckState, unchecked.NotChecked)
	}
	if why := unchecked.Cost.Missing; why == nil || why.Code != "" || !strings.HasPrefix(why.Detail, "no /metrics") {
		t.Errorf("missing figures: got %+v", why)
	}
	want := []runfolder.Broken{
		{ID: "I3", Name: "one answer", Times: 2, Example: "request r1 won twice; request r2"},
		{Name: "told sold out while units were left", Times: 12},
		{ID: "I9", Name: "odd"},
	}
	if broken.CheckState != runfolder.CheckBroken || !slices.Equal(broken.Broken, want) {
		t.Errorf("broken: got %q, %+v, want %+v", broken.CheckState, broken.Broken, want)
	}
	runs, skipped, err := runfolder.ReadProfiled(folder)
	if err != nil || len(skipped) > 0 || len(runs) != 1 || runs[0].Missing == nil || !strings.Contains(runs[0].Missing.Detail, "net/http/pprof") {
		t.Errorf("profiled: got %+v, %v, %v", runs, skipped, err)
	}
}

// TestFoldersOfTheDocsAreRead: what was measured for the docs stays readable.
func TestFoldersOfTheDocsAreRead(t *testing.T) {
	for _, name := range []string{"1-steps-each", "2-ends-at-1200", "3-capacity-20ms"} {
		_, rounds, skipped, err := runfolder.Read(os.DirFS("../../docs/runs/" + name))
		if err != nil || len(skipped) > 0 || len(runfolder.Kept(rounds)) == 0 {
			t.Errorf("%s: got %d rounds, %v, %v", name, len(rounds), skipped, err)
		}
	}
}

// TestMissesOfAllFormats: why a rate did not hold was a sentence before format 3.
func TestMissesOfAllFormats(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       *runfolder.Miss
	}{
		{"none", `{}`, nil},
		{"a sentence", `{"limit": "p95 was 23.658ms"}`, &runfolder.Miss{Detail: "p95 was 23.658ms"}},
		{"errors", `{"limit": {"code": "errors", "errors": 3, "requests": 7}}`, &runfolder.Miss{Code: runfolder.MissErrors, Errors: 3, Requests: 7}},
		{"too many", `{"limit": {"code": "too many", "slo_ns": 5000000}}`, &runfolder.Miss{Code: runfolder.MissTooMany, SLO: 5 * time.Millisecond}},
		{"p95", `{"limit": {"code": "p95", "p95_ns": 7000000, "slo_ns": 5000000}}`, &runfolder.Miss{Code: runfolder.MissP95, P95: 7 * time.Millisecond, SLO: 5 * time.Millisecond}},
	} {
		var search runfolder.Capacity
		var choice runfolder.ArmCapacity
		if err := errors.Join(json.Unmarshal([]byte(row.text), &search), json.Unmarshal([]byte(row.text), &choice)); err != nil ||
			!reflect.DeepEqual(search.Limit, row.want) || !reflect.DeepEqual(choice.Limit, row.want) {
			t.Errorf("%s: got %+v, %+v, %v", row.name, search.Limit, choice.Limit, err)
		}
	}
	_, rounds, _, err := runfolder.Read(os.DirFS("../../docs/runs/3-capacity-20ms"))
	if err != nil || rounds[0].Capacity == nil || rounds[0].Capacity.Limit == nil || rounds[0].Capacity.Limit.Detail != "p95 was 23.658ms" {
		t.Errorf("a folder of before: got %+v, %v", rounds[0].Capacity, err)
	}
}

// TestCodesReadBack: what is written today is what is read.
func TestCodesReadBack(t *testing.T) {
	round := runfolder.Round{
		Round: 1, Arm: "a", Failure: "killed", FailureKind: runfolder.NotStopped, CheckState: runfolder.CheckBroken,
		Broken:     []runfolder.Broken{{ID: "I1", Name: "no lost win", Times: 3, Example: "r7"}, {Name: "other", Times: 1}},
		Noisy:      []runfolder.Excess{{Noise: runfolder.ForeignCPU, Share: 0.2, Limit: 0.1}},
		NotChecked: &runfolder.Reason{Code: runfolder.CheckFailed, Detail: "timeout"},
		Capacity:   &runfolder.Capacity{Limit: &runfolder.Miss{Code: runfolder.MissErrors, Errors: 1, Requests: 2}},
		Cost:       runfolder.Cost{Missing: &runfolder.Reason{Code: runfolder.NoCounters}},
	}
	text, err := json.Marshal(round)
	if err != nil {
		t.Fatal(err)
	}
	var got runfolder.Round
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, round) {
		t.Errorf("got %+v, %v, want %+v", got, err, round)
	}
}

func TestSameBreaks(t *testing.T) {
	for _, row := range []struct {
		name string
		a, b runfolder.Broken
		same bool
	}{
		{"one invariant, other examples", runfolder.Broken{ID: "I1", Example: "x"}, runfolder.Broken{ID: "I1", Example: "y"}, true},
		{"two invariants of a name", runfolder.Broken{ID: "I1", Name: "x"}, runfolder.Broken{ID: "I2", Name: "x"}, false},
		{"an invariant and a count", runfolder.Broken{ID: "I1", Name: "x"}, runfolder.Broken{Name: "x"}, false},
		{"two counts", runfolder.Broken{Name: "x", Times: 1}, runfolder.Broken{Name: "x", Times: 2}, true},
	} {
		if got := row.a.Same(row.b); got != row.same {
			t.Errorf("%s: got %v", row.name, got)
		}
	}
}
