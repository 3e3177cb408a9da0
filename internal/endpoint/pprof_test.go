package endpoint_test

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

func TestCutPprof(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		prefix string
		found  bool
	}{
		"":                                {"", false},
		"/":                               {"", false},
		"/admin/":                         {"/admin", false},
		"/debug/pprof":                    {"", true},
		"/admin/debug/pprof/":             {"/admin", true},
		"/admin/debug/pprof/heap":         {"/admin", true},
		"/debug/pprofiles":                {"/debug/pprofiles", false},
		"/debug/pprof/x/debug/pprof/heap": {"/debug/pprof/x", true},
	} {
		if prefix, found := endpoint.CutPprof(path); prefix != want.prefix || found != want.found {
			t.Errorf("%q: got %q, %v", path, prefix, found)
		}
	}
}
