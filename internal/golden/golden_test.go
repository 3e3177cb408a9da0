package golden_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/golden"
)

// recorder is a test that only notes its failures.
type recorder struct {
	testing.TB
	failed []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}

func TestCheck(t *testing.T) {
	if golden.Updating() {
		t.Fatal("this test compares; run it without -update")
	}
	same, other := &recorder{TB: t}, &recorder{TB: t}
	golden.Check(same, "hello.txt", "hello\n")
	golden.Check(other, "hello.txt", "bye\n")
	if len(same.failed) > 0 || len(other.failed) != 1 || !strings.Contains(other.failed[0], "bye") || !strings.Contains(other.failed[0], "hello") {
		t.Errorf("got %q of what is the same and %q of what is not", same.failed, other.failed)
	}
}
