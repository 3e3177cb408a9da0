//go:build !linux

package recorder

import "time"

// spent runs f and returns how long it took, which is no less than the CPU time
// that it used.
func (*thisProcess) spent(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}
