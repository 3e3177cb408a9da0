package main

import (
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// TestWeightsChangeUnderLoad changes an activity five times under load, with
// each way of finding activities: no draw may use weights that Redis does not
// know, and none may be refused for having old ones at hand.
func TestWeightsChangeUnderLoad(t *testing.T) {
	for _, way := range []string{"metadata=snapshot", "metadata=cache", "metadata=per-draw"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			d := deploy(t, nil, "--step", way)
			stop := d.load(4, 7)
			for i := range 5 {
				time.Sleep(200 * time.Millisecond)
				d.activity.Prizes = append([]lottery.Prize(nil), d.activity.Prizes...)
				d.activity.Prizes[1].Weight = uint64(10 + 10*i)
				d.put(d.activity)
			}
			stop()
			r := d.audit(audit.Options{})
			for _, v := range r.Invariants {
				if v.Status == audit.Broken {
					t.Errorf("%s: %s", v.Name, strings.Join(v.Offenders, "; "))
				}
			}
		})
	}
}
