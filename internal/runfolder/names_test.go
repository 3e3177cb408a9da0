package runfolder_test

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestNames(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"127.0.0.1:8080", "127.0.0.1_8080"},
		{"pool-5", "pool_5"},
		{"../../etc", "_.._etc"},
		{"-5", "5"},
		{"", "run"},
		{"a b", "a_b"},
		{strings.Repeat("x", 99), strings.Repeat("x", 64)},
	} {
		got := runfolder.CleanName(row.text)
		if got != row.want {
			t.Errorf("CleanName(%q): got %q, want %q", row.text, got, row.want)
		}
		if err := runfolder.CheckName(got); err != nil {
			t.Errorf("CleanName(%q) gives a name that is refused: %v", row.text, err)
		}
	}
	for _, name := range []string{"", "pool-5", "a/b", "..", ".hidden", "-x", "a b", strings.Repeat("x", 65)} {
		if runfolder.CheckName(name) == nil {
			t.Errorf("CheckName(%q): got nil, want an error", name)
		}
	}
}

// FuzzCleanName: any text becomes a name that is accepted.
func FuzzCleanName(f *testing.F) {
	f.Add("localhost:80-80")
	f.Add(strings.Repeat("-1", 40))
	f.Fuzz(func(t *testing.T, text string) {
		if err := runfolder.CheckName(runfolder.CleanName(text)); err != nil {
			t.Error(err)
		}
	})
}
