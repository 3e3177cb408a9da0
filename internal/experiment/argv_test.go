package experiment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

func TestSplitCommand(t *testing.T) {
	for _, row := range []struct {
		text string
		want []string
	}{
		{`./svc`, []string{"./svc"}},
		{"  ./svc \t-port\n 80 ", []string{"./svc", "-port", "80"}},
		{`svc 'two words' "and two more"`, []string{"svc", "two words", "and two more"}},
		{`svc ''`, []string{"svc", ""}},
		{`svc -a=" "b' 'c`, []string{"svc", "-a= b c"}},
		{`svc a\ b \" \'`, []string{"svc", "a b", `"`, "'"}},
		{`svc '\' "\n" "\"\\"`, []string{"svc", `\`, `\n`, `"\`}},
		{`svc $HOME *.go | cat > x`, []string{"svc", "$HOME", "*.go", "|", "cat", ">", "x"}},
		{`sh -c 'exec svc -p {{port}}'`, []string{"sh", "-c", "exec svc -p {{port}}"}},
		{`"./my svc" -größe`, []string{"./my svc", "-größe"}},
	} {
		got, err := experiment.SplitCommand(row.text)
		if err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, %v, want %q", row.text, got, err, row.want)
		}
	}
	for _, row := range []struct{ text, want string }{
		{"", "name a program"},
		{" \n", "name a program"},
		{"''", "name a program"},
		{`svc 'it`, "quotes in a command must come in pairs"},
		{`svc "it\"`, "quotes in a command must come in pairs"},
		{`svc \`, "end in a backslash"},
	} {
		if got, err := experiment.SplitCommand(row.text); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %q, %v, want %q", row.text, got, err, row.want)
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
