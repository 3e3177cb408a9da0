//go:build linux

package fusemount

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// isKilled reports whether SIGKILL waits for a thread, or the thread is gone.
// The kernel lists pending signals as a number in hexadecimal.
func isKilled(thread uint32) bool {
	text, err := os.ReadFile("/proc/" + strconv.FormatUint(uint64(thread), 10) + "/status")
	if err != nil {
		return true
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		if name != "SigPnd" && name != "ShdPnd" {
			continue
		}
		if pending, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64); err == nil && pending&(1<<(syscall.SIGKILL-1)) != 0 {
			return true
		}
	}
	return false
}
