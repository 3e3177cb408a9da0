package stackprofile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
)

// deep is a profile of Go code with stacks of the given depths, all of them
// recursions; the root of each is as named.
func deep(kind string, stacks map[int]string) *profile.Profile {
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}},
		PeriodType: &profile.ValueType{Type: kind, Unit: "count"}, Period: 1,
	}
	location := func(function string) *profile.Location {
		f := &profile.Function{ID: uint64(len(p.Function) + 1), Name: function, Filename: "main.go"}
		l := &profile.Location{ID: uint64(len(p.Location) + 1), Line: []profile.Line{{Function: f, Line: 1}}}
		p.Function, p.Location = append(p.Function, f), append(p.Location, l)
		return l
	}
	again := location("main.again")
	for depth, root := range stacks {
		stack := make([]*profile.Location, depth)
		for i := range stack {
			stack[i] = again
		}
		stack[depth-1] = location(root)
		p.Sample = append(p.Sample, &profile.Sample{Location: stack, Value: []int64{1}})
	}
	return p
}

// The runtime keeps 64 frames of a stack in CPU profiles and 128 in others.
func TestStacksThatTheRuntimeCutAreMarked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		kind   string
		stacks map[int]string
		cut    int // frames in the mark; 0: there is none
	}{
		{"cpu below the limit", "cpu", map[int]string{10: "main.main", 63: "main.main"}, 0},
		{"cpu at the limit with a strange root", "cpu", map[int]string{10: "main.main", 64: "main.middle"}, 64},
		{"cpu at the limit with a root that is known", "cpu", map[int]string{10: "main.main", 64: "main.main"}, 0},
		{"heap at the limit of cpu", "space", map[int]string{64: "main.middle"}, 0},
		{"heap at its own limit", "space", map[int]string{10: "main.main", 128: "main.middle"}, 128},
	}
	for _, test := range tests {
		p := flametest.Read(t, deep(test.kind, test.stacks))
		var marks []string
		frames := 0
		for s := range p.Samples() {
			if root := p.Frame(s.Stack[0]); root.Made {
				marks = append(marks, root.Function)
			}
			frames += len(s.Stack)
		}
		want := ""
		if test.cut > 0 {
			want = fmt.Sprintf("[cut at %d frames]", test.cut)
		}
		if got := strings.Join(marks, ", "); got != want {
			t.Errorf("%s: marks are %q, want %q", test.name, got, want)
		}
		for depth := range test.stacks {
			frames -= depth
		}
		if frames != len(marks) {
			t.Errorf("%s: %d frames more than there were, and %d marks", test.name, frames, len(marks))
		}
		if noted := len(p.Notes) > 0 && p.Notes[0].Code == stackprofile.StacksCut && p.Notes[0].Depth == test.cut; noted != (test.cut > 0) || len(p.Notes) > 1 {
			t.Errorf("%s: notes are %+v", test.name, p.Notes)
		}
	}
}
