package wrappings

import (
	"bytes"
	"regexp"
	"unicode"
	"unicode/utf8"
)

const (
	benchmark = "Benchmark" // what a result begins with
	byteOrder = "\ufeff"
)

// Compiled once; a regular expression does not change.
var (
	// stamp is what logs of build servers begin every line with; before it, a
	// download of such logs has the names of job and step.
	stamp = regexp.MustCompile(`^(?:[^\t]*\t[^\t]*\t)?(?:\x{feff})?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) `)
	// inside finds a result behind other text.
	inside = regexp.MustCompile(`Benchmark\S*\s+\d+\s+[-+]?[0-9.]+(?:[eE][-+]?\d+)?\s+[A-Za-z%]`)
	// nameless is a result as package testing prints it, when something else was
	// printed behind its name.
	nameless = regexp.MustCompile(`^\s*\d+\t\s*[0-9.]+ \S`)
	// behind is the same at the end of other text.
	behind = regexp.MustCompile(`\d+\t\s*[0-9.]+ ns/op(?:\s|$)`)
	// failed is a benchmark that gave no result.
	failed = regexp.MustCompile(`^\s*--- FAIL: Benchmark\S*`)
	// glued is a result that begins where the unit of another one ends: a file
	// without a newline at its end had another one added.
	glued = regexp.MustCompile(`\d\s+[^\s/]\S*[^\s/]Benchmark\S*\s+\d+\s`)
)

// unstamped takes off what build servers and editors put before a line.
func unstamped(line []byte) []byte {
	line = bytes.TrimPrefix(line, []byte(byteOrder))
	if len(line) > 20 && (isDigit(line[0]) || bytes.IndexByte(line, '\t') >= 0 && !bytes.HasPrefix(line, []byte(benchmark))) {
		if end := stamp.FindIndex(line); end != nil {
			return bytes.TrimPrefix(line[end[1]:], []byte(byteOrder))
		}
	}
	return line
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// splitName is the name of a benchmark that a line begins with and that no
// number of iterations follows: nil for any other line, and for a name alone,
// which announces a benchmark.
func splitName(line []byte) []byte {
	rest := line[len(benchmark):]
	if r, _ := utf8.DecodeRune(rest); unicode.IsLower(r) {
		return nil // "Benchmarking ..."
	}
	end := bytes.IndexFunc(line, unicode.IsSpace)
	if end < 0 || !bytes.ContainsAny(line, "\t ") {
		return nil
	}
	after := bytes.TrimLeftFunc(line[end:], unicode.IsSpace)
	if len(after) > 0 && isDigit(after[0]) {
		return nil
	}
	return line[:end]
}

// loss says why a line that looks like a benchmark is not read as one; "" if it
// does not look like one.
func loss(line []byte) string {
	if bytes.HasPrefix(line, []byte(benchmark)) {
		if bytes.Count(line, []byte(benchmark)) > 1 && glued.Match(line) {
			return "two results on one line: a newline is missing between them"
		}
		return ""
	}
	if len(line) > 0 && line[0] == '#' {
		return "" // a comment, as in bench.txt of a run folder
	}
	if bytes.IndexByte(line, 0) >= 0 && bytes.Contains(bytes.ReplaceAll(line, []byte{0}, nil), []byte(benchmark)) {
		return "a benchmark in another encoding (UTF-16) than the text before it; write the file in one encoding"
	}
	switch {
	case bytes.Contains(line, []byte(benchmark)) && failed.Match(line):
		return string(bytes.TrimSpace(failed.Find(line)[len("--- FAIL: "):])) + " failed and has no result"
	case bytes.Contains(line, []byte(benchmark)) && inside.Match(line):
		return "a benchmark result with other text before it; remove that text"
	case bytes.Contains(line, []byte(" ns/op")) && behind.Match(line):
		return "a benchmark result without its name: something was printed between the two"
	}
	return ""
}
