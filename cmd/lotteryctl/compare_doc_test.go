package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/golden"
)

// consoleBlock is an example of the documentation: a command and what it prints.
var consoleBlock = regexp.MustCompile("(?ms)^```console\n\\$ (lotteryctl compare [^\n]*)\n(.*?)^```$")

// The examples of docs/compare.md are run, in testdata/compare, and must print
// what the page says. -update writes it there.
func TestCompareDocumentation(t *testing.T) {
	path, err := filepath.Abs("../../docs/compare.md")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join("testdata", "compare"))
	examples := 0
	written := consoleBlock.ReplaceAllStringFunc(string(page), func(block string) string {
		examples++
		parts := consoleBlock.FindStringSubmatch(block)
		got := runExample(t, parts[1])
		if got != parts[2] && !golden.Updating() {
			t.Errorf("$ %s\ngot\n%s\nthe page says\n%s", parts[1], got, parts[2])
		}
		return "```console\n$ " + parts[1] + "\n" + got + "```"
	})
	if examples < 5 {
		t.Errorf("only %d examples were found", examples)
	}
	if golden.Updating() {
		if err := os.WriteFile(path, []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// runExample understands single quotes, | head -n N and | grep WORD. After a
// failure it shows the message and the exit code.
func runExample(t *testing.T, command string) string {
	t.Helper()
	command, filter, _ := strings.Cut(command, " | ")
	var args []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	stdout, stderr, err := execute(t, args[1:]...)
	lines := strings.SplitAfter(stdout, "\n")
	if n, ok := strings.CutPrefix(filter, "head -n "); ok {
		count, err := strconv.Atoi(n)
		if err != nil {
			t.Fatal(err)
		}
		lines = lines[:min(count, len(lines))]
	}
	if word, ok := strings.CutPrefix(filter, "grep "); ok {
		var kept []string
		for _, line := range lines {
			if strings.Contains(line, word) {
				kept = append(kept, line)
			}
		}
		lines = kept
	}
	out := strings.Join(lines, "") + stderr
	if code := cli.ExitCode(err); code != 0 {
		out += fmt.Sprintf("[exit %d]\n", code)
	}
	return out
}
