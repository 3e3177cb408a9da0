package loadcmd

import (
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestNoiseLimits(t *testing.T) {
	if limit, err := parseNoiseLimit("foreign-cpu=10%,cpu-pressure=50%"); err != nil || limit.ForeignCPU != 0.1 || limit.CPUPressure != 0.5 || limit.ServerRunQueue != 0 {
		t.Errorf("got %+v, %v", limit, err)
	}
	if limit, err := parseNoiseLimit("none"); err != nil || limit != (runfolder.NoiseLimit{}) {
		t.Errorf("got %+v, %v", limit, err)
	}
	if limit, err := parseNoiseLimit(""); err != nil || limit == (runfolder.NoiseLimit{}) {
		t.Errorf("got %+v, %v, want the default", limit, err)
	}
}
