package stackprofile_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

func writeFile(t *testing.T, made *profile.Profile) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.pb.gz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := made.Write(file); err != nil {
		t.Fatal(err)
	}
	return path
}

// difference is a profile with one function for each value, and if base with as
// many samples of a base as go tool pprof -diff_base -proto writes.
func difference(values []int64, base bool) *profile.Profile {
	made := &profile.Profile{SampleType: []*profile.ValueType{{Type: "inuse_space", Unit: "bytes"}}, PeriodType: &profile.ValueType{}}
	made.Mapping = []*profile.Mapping{{ID: 1, Start: 1, Limit: 1 << 40, File: "/srv/none", HasFunctions: true}}
	for i, value := range values {
		id := uint64(i + 1)
		f := &profile.Function{ID: id, Name: fmt.Sprintf("main.f%d", i), SystemName: fmt.Sprintf("main.f%d", i)}
		l := &profile.Location{ID: id, Address: id, Mapping: made.Mapping[0], Line: []profile.Line{{Function: f}}}
		made.Function, made.Location = append(made.Function, f), append(made.Location, l)
		made.Sample = append(made.Sample, &profile.Sample{Location: []*profile.Location{l}, Value: []int64{value}})
		if base {
			made.Sample = append(made.Sample, &profile.Sample{Location: []*profile.Location{l}, Value: []int64{-7 * int64(id)}, Label: map[string][]string{"pprof::base": {"true"}}})
		}
	}
	return made
}

// pprofLines are the lines of go tool pprof -top with names as it shows them.
func pprofLines(t *testing.T, path string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), pprofProgram(t), "-top", "-nodecount=0", "-nodefraction=0", "-edgefraction=0", "-unit=minimum", path)
	cmd.Env = append(os.Environ(), "PPROF_TMPDIR="+t.TempDir(), "PPROF_BINARY_PATH="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go tool pprof: %v", err)
	}
	_, table, ok := strings.Cut(string(out), "cum%\n")
	if !ok {
		t.Fatalf("go tool pprof printed no table:\n%s", out)
	}
	return strings.Split(strings.TrimSuffix(table, "\n"), "\n")
}

// pprofNames are the names of functions by their value.
func pprofNames(t *testing.T, path string) map[int64]string {
	t.Helper()
	names := map[int64]string{}
	for _, line := range pprofLines(t, path) {
		names[parseAmount(t, strings.Fields(line)[0])] = strings.TrimSpace(line[strings.LastIndex(line, "% ")+1:])
	}
	return names
}

// pprofShares are the shares of what functions have themselves, by their names.
func pprofShares(t *testing.T, path string) map[string]string {
	t.Helper()
	shares := map[string]string{}
	for _, line := range pprofLines(t, path) {
		fields := strings.Fields(line)
		shares[fields[len(fields)-1]] = fields[1]
	}
	return shares
}

func abs(v float64) float64 { return math.Abs(v) }

// sameShare compares to what go tool pprof rounds to.
func sameShare(t *testing.T, got, want string) bool {
	t.Helper()
	a, err := strconv.ParseFloat(got, 64)
	if err != nil {
		t.Fatal(err)
	}
	b, err := strconv.ParseFloat(want, 64)
	if err != nil {
		t.Fatalf("go tool pprof printed %q", want)
	}
	return math.Abs(a-b) <= 0.0051*max(1, b/10)
}
