package experiment_test

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		"127.0.0.1:8080":        "127.0.0.1_8080",
		"pool-5":                "pool_5",
		"../../etc":             "_.._etc",
		"-5":                    "5",
		"":                      "run",
		"a b":                   "a_b",
		strings.Repeat("x", 99): strings.Repeat("x", 64),
	} {
		got := experiment.CleanName(text)
		if got != want {
			t.Errorf("CleanName(%q): got %q, want %q", text, got, want)
		}
		if err := experiment.CheckName(got); err != nil {
			t.Errorf("CleanName(%q) gives a name that is refused: %v", text, err)
		}
	}
	for _, name := range []string{"", "pool-5", "a/b", "..", ".hidden", "-x", "a b", strings.Repeat("x", 65)} {
		if experiment.CheckName(name) == nil {
			t.Errorf("CheckName(%q): got nil, want an error", name)
		}
	}
}

// FuzzCleanName: any text becomes a name that is accepted.
func FuzzCleanName(f *testing.F) {
	f.Add("localhost:80-80")
	f.Add(strings.Repeat("-1", 40))
	f.Fuzz(func(t *testing.T, text string) {
		if err := experiment.CheckName(experiment.CleanName(text)); err != nil {
			t.Error(err)
		}
	})
}

func TestStatuses(t *testing.T) {
	set, err := experiment.ParseStatuses("2xx, 409")
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[int]bool{200: true, 299: true, 300: false, 409: true, 404: false} {
		if got := set.Good(code); got != want {
			t.Errorf("2xx,409 has %d: got %v", code, got)
		}
	}
	for code, want := range map[int]bool{101: true, 200: true, 302: true, 400: false, 500: false} {
		if got := experiment.StatusSet(nil).Good(code); got != want {
			t.Errorf("the default has %d: got %v", code, got)
		}
	}
	for _, text := range []string{"", "20", "6xx", "0xx", "xx", "ok", "200;201", "999"} {
		if _, err := experiment.ParseStatuses(text); err == nil {
			t.Errorf("ParseStatuses(%q): got no error", text)
		}
	}
}
