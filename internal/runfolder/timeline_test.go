package runfolder

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

func timelineOf(text string) fs.FS {
	return fstest.MapFS{"arms/new/round-2/timeline.jsonl": {Data: []byte(text)}, "arms/new/profile-2/timeline.jsonl": {Data: []byte(text)}}
}

func TestReadTimeline(t *testing.T) {
	t.Parallel()
	round := &Round{Round: 2, Arm: "new"}
	text := `{"at_ns":0,"width_ns":100000000,"due":10,"answered":9,"backlog":1,"p50_ns":5,"still_ns":7}` + "\n" +
		`{"at_ns":100000000,"width_ns":50000000,"due":1,"failed":2,"lost":1}` + "\n"
	want := []loadgen.Slice{
		{Width: 100 * time.Millisecond, Due: 10, Answered: 9, Backlog: 1, P50: 5, Still: 7},
		{At: 100 * time.Millisecond, Width: 50 * time.Millisecond, Due: 1, Failed: 2, Lost: 1},
	}
	if got, err := ReadTimeline(timelineOf(text), round); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := ReadProfiledTimeline(timelineOf(text), &Profiled{Round: *round}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("profiled: got %+v, %v", got, err)
	}
	if got, err := ReadTimeline(fstest.MapFS{}, round); err != nil || got != nil {
		t.Errorf("of an older folder: got %+v, %v", got, err)
	}
	for _, bad := range []string{"{", `{"at_ns":1,"width_ns":5}`, `{"at_ns":0,"width_ns":0}`, `{"width_ns":5}` + "\n" + `{"at_ns":4,"width_ns":5}`,
		`{"width_ns":9223372036854775807}` + "\n" + `{"at_ns":9223372036854775807,"width_ns":5}`} {
		if got, err := ReadTimeline(timelineOf(bad), round); err == nil || !strings.HasPrefix(err.Error(), "arms/new/round-2/timeline.jsonl:") {
			t.Errorf("%s: got %+v, %v", bad, got, err)
		}
	}
}

// FuzzReadSlices: whatever is read is a window without gaps, of bounded length.
func FuzzReadSlices(f *testing.F) {
	f.Add(`{"at_ns":0,"width_ns":100,"due":10}` + "\n" + `{"at_ns":100,"width_ns":100}`)
	f.Add("{}")
	f.Fuzz(func(t *testing.T, text string) {
		slices, err := readSlices(strings.NewReader(text))
		if err != nil {
			return
		}
		end := time.Duration(0)
		for i, s := range slices {
			if s.At != end || s.Width <= 0 || s.At+s.Width < end {
				t.Errorf("slice %d: %+v after %v", i, s, end)
			}
			end = s.At + s.Width
		}
		if len(slices) > loadgen.MaxSlices+1 {
			t.Errorf("%d slices", len(slices))
		}
	})
}
