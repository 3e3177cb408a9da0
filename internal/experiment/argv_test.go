package experiment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

func TestSplitCommand(t *testing.T) {
	for text, want := range map[string][]string{
		`./svc`:                          {"./svc"},
		"  ./svc \t-port\n 80 ":          {"./svc", "-port", "80"},
		`svc 'two words' "and two more"`: {"svc", "two words", "and two more"},
		`svc ''`:                         {"svc", ""},
		`svc -a=" "b' 'c`:                {"svc", "-a= b c"},
		`svc a\ b \" \'`:                 {"svc", "a b", `"`, "'"},
		`svc '\' "\n" "\"\\"`:            {"svc", `\`, `\n`, `"\`},
		`svc $HOME *.go | cat > x`:       {"svc", "$HOME", "*.go", "|", "cat", ">", "x"},
		`sh -c 'exec svc -p {{port}}'`:   {"sh", "-c", "exec svc -p {{port}}"},
		`"./my svc" -größe`:              {"./my svc", "-größe"},
	} {
		got, err := experiment.SplitCommand(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":          "name a program",
		" \n":       "name a program",
		"''":        "name a program",
		`svc 'it`:   "close its quotes",
		`svc "it\"`: "close its quotes",
		`svc \`:     "end in a backslash",
	} {
		if got, err := experiment.SplitCommand(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}

// FuzzSplitCommand: words put in single quotes come back as they are.
func FuzzSplitCommand(f *testing.F) {
	f.Add("svc", `-a "b' \`)
	f.Fuzz(func(t *testing.T, program, argument string) {
		_, _ = experiment.SplitCommand(argument) // whatever it is, it must not crash
		if program == "" {
			return
		}
		quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
		got, err := experiment.SplitCommand(quote(program) + " " + quote(argument))
		if err != nil || !slices.Equal(got, []string{program, argument}) {
			t.Errorf("got %q, %v, want %q and %q", got, err, program, argument)
		}
	})
}
