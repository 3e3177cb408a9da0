package bench_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBenchstatRandom compares with benchstat itself on files that nobody
// thought of. They keep out of the cases in which benchstat is knowingly not
// followed: see traps_test.go.
func TestBenchstatRandom(t *testing.T) {
	benchstat := buildBenchstat(t)
	arguments := [][]string{
		{"a.txt", "b.txt"},
		{"a.txt", "b.txt", "c.txt"},
		{"old=a.txt", "new=b.txt"},
		{"x=a.txt", "x=b.txt", "y=c.txt"},
		{"a.txt", "a.txt", "b.txt"},
		{"-col", "/kind", "a.txt"},
		{"-row", ".name", "-col", "/kind", "-ignore", ".fullname,.file", "a.txt", "b.txt"},
		{"-row", ".name", "a.txt", "b.txt"},
		{"-table", "", "-row", "pkg .fullname", "a.txt", "b.txt"},
		{"-table", "goos", "-row", "pkg,.name", "-col", ".file,/kind", "a.txt", "b.txt"},
		{"-row", "/size@num", "-col", ".file /kind@(gob json)", "a.txt", "b.txt"},
		{"-filter", ".unit:(ns/op OR allocs/op) -/kind:gob", "a.txt", "b.txt"},
		{"-alpha", "0.2", "-confidence", "0.8", "a.txt", "b.txt"},
		{"-confidence", "0.99", "-ignore", "pkg", "a.txt", "c.txt"},
	}
	for seed := range uint64(4) {
		dir := t.TempDir()
		r := rand.New(rand.NewPCG(seed, 0))
		for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
			if err := os.WriteFile(filepath.Join(dir, name), randomFile(r), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, format := range []string{"text", "csv"} {
			for _, args := range arguments {
				args := append([]string{"-format", format}, args...)
				t.Run(fmt.Sprintf("%d %s", seed, strings.Join(args, " ")), func(t *testing.T) {
					var wantOut, wantErr bytes.Buffer
					cmd := exec.Command(benchstat, args...)
					cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &wantOut, &wantErr
					if err := cmd.Run(); err != nil {
						t.Fatal(err)
					}
					stdout, stderr := compare(t, os.DirFS(dir), args)
					diff(t, "stdout", stdout, wantOut.String())
					diff(t, "stderr", stderr, wantErr.String())
				})
			}
		}
	}
}

// buildBenchstat builds benchstat from the module that this one requires.
func buildBenchstat(t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "benchstat")
	if out, err := exec.Command("go", "build", "-o", program, "golang.org/x/perf/cmd/benchstat").CombinedOutput(); err != nil {
		t.Fatalf("building benchstat: %v\n%s", err, out)
	}
	return program
}

// randomFile returns results of two packages. Each line may have values from a
// wide or a narrow range, so that some files are full of ties; lines of one
// benchmark may be few; benchmarks may be missing; lines may be malformed.
func randomFile(r *rand.Rand) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Unit exact-things assume=exact\nUnit size-bytes assume=exact better=lower\ngoos: linux\n")
	for _, pkg := range []string{"example.org/a", "example.org/λ"} {
		fmt.Fprintf(&b, "pkg: %s\n", pkg)
		var lines []string
		for i, name := range []string{
			"Draw/kind=json/size=1k-2", "Draw/kind=gob/size=1k-2", "Draw/kind=json/size=20-2", "Draw/kind=gob/size=20-2",
			"Größe/kind=json", "Größe/kind=gob", "Loss/kind=json/size=3M",
		} {
			if i > 1 && r.IntN(5) == 0 {
				continue
			}
			steps := []float64{1, 10, 1e9}[r.IntN(3)] // different values that noise can take
			center := []float64{3, 4e4, 5e8}[r.IntN(3)]
			for range 1 + r.IntN(12) {
				lines = append(lines, randomLine(r, name, center, steps))
			}
		}
		// In any order after the first two, which settle the order of units
		// and baselines.
		rest := lines[2:]
		r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
		b.WriteString(strings.Join(lines, ""))
	}
	return b.Bytes()
}

func randomLine(r *rand.Rand, name string, center, steps float64) string {
	value := func() float64 { return center * (1 + 0.3*float64(int(r.Float64()*steps))/steps) }
	if r.IntN(30) == 0 {
		return fmt.Sprintf("Benchmark%s many %g ns/op\nsome other output\n", name, value())
	}
	line := fmt.Sprintf("Benchmark%s\t%d\t%g ns/op\t%.2f MB/s", name, 1+r.IntN(1e6), value(), value())
	if r.IntN(4) > 0 {
		line += fmt.Sprintf("\t%d allocs/op\t%d B/op", r.IntN(3), int(value()))
	}
	if r.IntN(3) > 0 {
		line += fmt.Sprintf(" %g p95-ns 7 exact-things %d size-bytes %g drift", value(), 4096+r.IntN(2), value()-center*1.1)
	}
	return line + "\n"
}
