package experiment_test

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

func TestStatuses(t *testing.T) {
	set, err := experiment.ParseStatuses("2xx, 409")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		code int
		want bool
	}{{200, true}, {299, true}, {300, false}, {409, true}, {404, false}} {
		if got := set.Good(row.code); got != row.want {
			t.Errorf("2xx,409 has %d: got %v", row.code, got)
		}
	}
	for _, row := range []struct {
		code int
		want bool
	}{{101, true}, {200, true}, {302, true}, {400, false}, {500, false}} {
		if got := experiment.StatusSet(nil).Good(row.code); got != row.want {
			t.Errorf("the default has %d: got %v", row.code, got)
		}
	}
	for _, text := range []string{"", "20", "6xx", "0xx", "xx", "ok", "200;201", "999"} {
		if _, err := experiment.ParseStatuses(text); err == nil {
			t.Errorf("ParseStatuses(%q): got no error", text)
		}
	}
}
