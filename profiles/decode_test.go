package profiles

import (
	"bytes"
	"testing"

	"github.com/google/pprof/profile"
)

// memory is a profile of two stacks.
func memory(objects, inUse int64) *profile.Profile {
	fn := &profile.Function{ID: 1, Name: "main.work"}
	a := &profile.Location{ID: 1, Address: 1, Line: []profile.Line{{Function: fn, Line: 1}}}
	b := &profile.Location{ID: 2, Address: 2, Line: []profile.Line{{Function: fn, Line: 2}}}
	return &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "alloc_objects", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"}, {Type: "inuse_space", Unit: "bytes"}},
		PeriodType: &profile.ValueType{Type: "space", Unit: "bytes"},
		Function:   []*profile.Function{fn}, Location: []*profile.Location{a, b},
		Sample: []*profile.Sample{
			{Location: []*profile.Location{a}, Value: []int64{objects, objects * 8, inUse}},
			{Location: []*profile.Location{b}, Value: []int64{7, 56, 0}},
		},
	}
}

// TestDifference is exact where float64 would not be, and leaves the snapshots
// alone.
func TestDifference(t *testing.T) {
	t.Parallel()
	const large = 1<<60 + 1
	start, end := memory(large, 900), memory(large+2, 100)
	diff, backwards, err := difference(onlyAllocs(start), onlyAllocs(end))
	if err != nil || backwards || len(diff.Sample) != 1 {
		t.Fatalf("got %v, %v, %v", diff, backwards, err)
	}
	if got := diff.Sample[0].Value; len(got) != 2 || got[0] != 2 || got[1] != 16 {
		t.Errorf("got %v", got)
	}
	if diff.DefaultSampleType != "alloc_space" || len(diff.Location) != 1 {
		t.Errorf("got %v", diff)
	}
	if start.Sample[0].Value[0] != large || len(end.SampleType) != 3 {
		t.Error("a snapshot was changed")
	}
	if _, backwards, _ := difference(end, start); !backwards {
		t.Error("a stack that lost allocations is no restart")
	}
}

// FuzzReadProfile finds that what is read can be subtracted from itself, which
// leaves nothing, and written again.
func FuzzReadProfile(f *testing.F) {
	whole, err := encode(memory(3, 4))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	if data, err := decompress(whole, 1<<20); err == nil {
		f.Add(data)
	}
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, p, err := readProfile(bytes.NewReader(raw), 1<<20, make(chan struct{}, 1))
		if err != nil {
			return
		}
		diff, backwards, err := difference(p, p)
		if err != nil || backwards || len(diff.Sample) > 0 {
			t.Fatalf("minus itself: %v, %v, %v", diff, backwards, err)
		}
		if _, err := encode(onlyAllocs(p)); err != nil {
			t.Fatal(err)
		}
	})
}
