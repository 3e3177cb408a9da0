package stackprofile_test

import (
	"bytes"
	"context"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/symbol"
)

// TestTopIsPprofs compares flat and cumulative of every function with what
// go tool pprof says, for every sample type: of profiles of this program, and
// of the test profiles of google/pprof.
func TestTopIsPprofs(t *testing.T) {
	for _, path := range append(ownProfiles(t), pprofTestdata(t)...) {
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			p := readFile(t, path)
			for i, valueType := range p.Types {
				compareTop(t, p, i, pprofTop(t, path, valueType))
				checkSums(t, p, i)
			}
		})
	}
}

// ownProfiles are profiles of all kinds of a workload in this test.
func ownProfiles(t *testing.T) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	runtime.SetBlockProfileRate(1)
	defer runtime.SetBlockProfileRate(0)
	defer runtime.SetMutexProfileFraction(runtime.SetMutexProfileFraction(1))
	var cpu bytes.Buffer
	if err := pprof.StartCPUProfile(&cpu); err != nil {
		t.Fatal(err)
	}
	pprof.Do(t.Context(), pprof.Labels("route", "/draw"), func(context.Context) { work(recursion, 300*time.Millisecond) })
	pprof.StopCPUProfile()
	paths = append(paths, filepath.Join(dir, "cpu.pb.gz"))
	if err := os.WriteFile(paths[0], cpu.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"heap", "allocs", "block", "mutex", "goroutine", "threadcreate"} {
		var out bytes.Buffer
		if err := pprof.Lookup(kind).WriteTo(&out, 0); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, kind+".pb.gz")
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

const recursion = 80 // deeper than a CPU profile's 64 frames

// work burns, allocates and contends, at the bottom of a recursion.
func work(depth int, d time.Duration) int {
	if depth > 0 {
		return work(depth-1, d) + 1
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	var kept [][]byte
	for end := time.Now().Add(d); time.Now().Before(end); {
		for range 4 {
			group.Go(func() {
				for range 50 {
					mu.Lock()
					kept = append(kept[:min(len(kept), 64)], bytes.Repeat([]byte("x"), 4096))
					mu.Unlock()
				}
			})
		}
		group.Wait()
	}
	return len(kept)
}

func pprofTestdata(t *testing.T) (paths []string) {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/pprof").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"profile/testdata/*", "internal/driver/testdata/*"} {
		all, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range all {
			name := filepath.Base(path)
			if !strings.HasSuffix(name, ".string") && !strings.HasSuffix(name, ".src") && !strings.HasPrefix(name, "pprof.") {
				paths = append(paths, path)
			}
		}
	}
	if len(paths) < 15 {
		t.Fatalf("found only %d test profiles of google/pprof", len(paths))
	}
	return paths
}

func readFile(t *testing.T, path string) *stackprofile.Profile {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p, err := stackprofile.Read(file, stackprofile.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return p
}

// pprofPath is where go tool pprof is. Asked once: the go command takes thirty
// times as long to find it as pprof to answer.
var pprofPath = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "pprof").Output() // makes it, if need be
	return strings.TrimSpace(string(out)), err
})

func pprofProgram(t *testing.T) string {
	t.Helper()
	path, err := pprofPath()
	if err != nil {
		t.Fatalf("go tool -n pprof: %v", err)
	}
	return path
}

// pprofTop is flat and cumulative by function, as go tool pprof has them.
func pprofTop(t *testing.T, path string, valueType stackprofile.ValueType, more ...string) map[string][2]int64 {
	t.Helper()
	args := append([]string{"-top", "-nodecount=0", "-nodefraction=0", "-edgefraction=0", "-symbolize=none",
		"-unit=" + valueType.Unit, "-sample_index=" + valueType.Name}, more...)
	cmd := exec.CommandContext(t.Context(), pprofProgram(t), append(args, path)...)
	cmd.Env = append(os.Environ(), "PPROF_TMPDIR="+t.TempDir(), "PPROF_BINARY_PATH="+t.TempDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go tool pprof: %v\n%s", err, stderr.String())
	}
	top := map[string][2]int64{}
	_, table, ok := strings.Cut(string(out), "cum%\n")
	if !ok && !strings.Contains(string(out), "cum%") {
		t.Fatalf("go tool pprof printed no table:\n%s", out)
	}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		name := strings.TrimSpace(line[strings.LastIndex(line, "% ")+1:])
		// Without -symbolize it does not demangle, and the race detector is C++.
		name = symbol.Demangled(strings.TrimSuffix(strings.TrimSuffix(name, " (inline)"), " (partial-inline)"))
		old := top[name]
		top[name] = [2]int64{old[0] + parseAmount(t, fields[0]), old[1] + parseAmount(t, fields[3])}
	}
	return top
}

func parseAmount(t *testing.T, text string) int64 {
	t.Helper()
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	v, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		t.Fatalf("go tool pprof printed %q where an amount should be", text)
	}
	return v
}

func compareTop(t *testing.T, p *stackprofile.Profile, valueType int, want map[string][2]int64) {
	t.Helper()
	top, err := p.Top(valueType, stackprofile.ByFunction)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range top {
		if w := want[f.Name]; w != [2]int64{f.Self, f.Total} {
			t.Errorf("%s: %s: got self %d and total %d, go tool pprof has %d and %d", p.Types[valueType], f.Name, f.Self, f.Total, w[0], w[1])
		}
		delete(want, f.Name)
	}
	for name, w := range want {
		t.Errorf("%s: %s is missing; go tool pprof has %v", p.Types[valueType], name, w)
	}
}

// checkSums: the sum of the folded lines is the profile's total, exactly.
func checkSums(t *testing.T, p *stackprofile.Profile, valueType int) {
	t.Helper()
	var total int64
	for s := range p.Samples() {
		total += s.Values[valueType]
	}
	if got := foldedSum(t, p, valueType); got != total || p.Total(valueType) != total {
		t.Errorf("%s: the samples are %d, the folded lines %d, Total %d", p.Types[valueType], total, got, p.Total(valueType))
	}
}

func foldedSum(t *testing.T, p *stackprofile.Profile, valueType int) (sum int64) {
	t.Helper()
	var folded bytes.Buffer
	if err := p.WriteFolded(&folded, valueType, stackprofile.ByFunction); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(folded.String()) {
		v, ok := new(big.Rat).SetString(strings.TrimSpace(line[strings.LastIndexByte(line, ' ')+1:]))
		if !ok {
			t.Fatalf("a folded line has no value: %q", line)
		}
		v.Mul(v, new(big.Rat).SetInt64(max(p.Types[valueType].Scale, 1)))
		if !v.IsInt() {
			t.Fatalf("a folded line has more decimals than are kept: %q", line)
		}
		sum += v.Num().Int64()
	}
	return sum
}
