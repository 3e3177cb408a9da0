package profiles_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/profiles"
)

func TestParseKinds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want []profiles.Kind
		err  string
	}{
		{"", profiles.Kinds(), ""},
		{"all", profiles.Kinds(), ""},
		{"heap, cpu,heap", []profiles.Kind{profiles.CPU, profiles.Heap}, ""},
		{"cpu,", nil, `unknown profile ""`},
		{"CPU", nil, `unknown profile "CPU"; use cpu, heap, allocs, block, mutex, goroutine, threadcreate`},
	} {
		got, err := profiles.ParseKinds(row.text)
		if !slices.Equal(got, row.want) || (err == nil) != (row.err == "") || err != nil && !strings.Contains(err.Error(), row.err) {
			t.Errorf("%q: got %v, %v", row.text, got, err)
		}
	}
}
