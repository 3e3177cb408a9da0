package flame_test

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

func readText(t *testing.T, text string) *stackprofile.Profile {
	t.Helper()
	p, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
