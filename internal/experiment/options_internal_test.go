package experiment

import (
	"reflect"
	"testing"
	"time"
)

// TestZeroOptionsAreDefaults: no option of a capacity search or of profiled
// rounds has to be given.
func TestZeroOptionsAreDefaults(t *testing.T) {
	t.Parallel()
	full := CapacityOptions{
		SLO: 10 * time.Millisecond, MinRate: 20, MaxRate: 200_000,
		Probe: 2 * time.Second, Precision: 0.05, Budget: 20 * time.Second,
	}
	for _, row := range []struct {
		name      string
		got, want any
	}{
		{"a search", CapacityOptions{}.withDefaults(), full},
		{"what is given stays", full.withDefaults(), full},
		{"one is given", CapacityOptions{SLO: time.Second}.withDefaults().MaxRate, full.MaxRate},
		{"zero can be searched with", CapacityOptions{}.check(), error(nil)},
		{"a quick search", CapacityOptions{}.Quick().Budget, 6 * time.Second},
		{"profiled rounds", (&ProfileOptions{}).rounds(), 1},
		{"none are asked for", (*ProfileOptions)(nil).rounds(), 0},
		{"as long as the window", (&ProfileOptions{}).duration(5500 * time.Millisecond), 5 * time.Second},
		{"zero can be profiled with", (&ProfileOptions{}).check(), error(nil)},
	} {
		if !reflect.DeepEqual(row.got, row.want) {
			t.Errorf("%s: got %+v, want %+v", row.name, row.got, row.want)
		}
	}
}
