package words_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/typedcodes"
)

// checkCodes finds each code in the rows of a table, and none that is not one.
func checkCodes(t *testing.T, folder, typeName string, rows []string) {
	t.Helper()
	codes := typedcodes.Of(t, folder, typeName)
	for _, code := range codes {
		if !slices.Contains(rows, code) {
			t.Errorf("%s: the code %q has no sentence in the table", typeName, code)
		}
	}
	for _, code := range rows {
		if !slices.Contains(codes, code) {
			t.Errorf("%s: there is no code %q", typeName, code)
		}
	}
}

// checkSentence compares one, which must be one line.
func checkSentence(t *testing.T, code, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got  %q\nwant %q", code, got, want)
	}
	if strings.ContainsAny(got, "\n") || got == "" {
		t.Errorf("%s: %q is not one line", code, got)
	}
}
