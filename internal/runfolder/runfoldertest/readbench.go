// Package runfoldertest checks what runfolder writes for other programs, by their
// rules and not by its own code. Only tests import it.
package runfoldertest

import (
	"bufio"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// ReadBench reads bench.txt as far as it is needed, after the specification of the
// benchmark format (Go proposal 14313): an independent reader. It fails the test
// where a line breaks a rule, and returns the metrics of each result in their
// order.
func ReadBench(t testing.TB, text string) (results [][]runfolder.Metric) {
	t.Helper()
	config := regexp.MustCompile(`^[a-z][^ A-Z]*: .+$`)
	units := map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "Benchmark"):
			if regexp.MustCompile(`-[0-9]+$`).MatchString(fields[0]) {
				t.Errorf("name %q ends as if in GOMAXPROCS", fields[0])
			}
			if n, err := strconv.Atoi(fields[1]); err != nil || n < 1 || len(fields)%2 != 0 || len(fields) < 4 {
				t.Errorf("bad result line %q", line)
			}
			var metrics []runfolder.Metric
			for i := 2; i+1 < len(fields); i += 2 {
				v, err := strconv.ParseFloat(fields[i], 64)
				if err != nil {
					t.Errorf("bad value in %q: %v", line, err)
				}
				if v == 0 && strings.Contains(fields[i+1], "ns") {
					t.Errorf("%q: a zero in ns stays out of the table of its unit", line)
				}
				metrics = append(metrics, runfolder.Metric{Unit: fields[i+1], Value: v})
			}
			results = append(results, metrics)
		case fields[0] == "Unit":
			if len(fields) != 3 || units[fields[1]] || !strings.HasPrefix(fields[2], "better=") {
				t.Errorf("bad unit line %q", line)
			}
			units[fields[1]] = true
		case strings.HasPrefix(line, "#"):
		case !config.MatchString(line):
			t.Errorf("bad line %q", line)
		}
	}
	return results
}
