//go:build !unix

package loadgen

import (
	"errors"
	"time"
)

func selfCPU() time.Duration { return 0 }

func threadCPU(int) time.Duration { return 0 }

func processCPU(int) (time.Duration, error) {
	return 0, errors.New("the CPU of another process can be read on Linux only")
}
