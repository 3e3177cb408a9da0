package experiment

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

func TestParseProcStat(t *testing.T) {
	for _, row := range []struct {
		text string
		want procEntry
	}{
		{"42 (svc) S 7 42 42 0 -1 4194560", procEntry{42, 7, 42, 0}},
		{"43 (a b) c) (d) R 42 42 1 0", procEntry{43, 42, 42, 0}},
		{"1 (systemd) S 0 1 1", procEntry{1, 0, 1, 0}},
		{"44 () Z -1 0 0 0", procEntry{44, -1, 0, 0}},
		{"45 (name with\na newline) S 1 2 3 4 5 ", procEntry{45, 1, 2, 0}},
		{"46 (postgres) S 7 42 42 0 -1 4194560 1 2 3 4 11 22 300 50 20 0", procEntry{46, 7, 42, 3500 * time.Millisecond}},
		{"47 (odd) S 7 42 42 0 -1 4194560 1 2 3 4 11 22 -1 9223372036854775807 20 0", procEntry{47, 7, 42, 0}},
	} {
		if got, ok := parseProcStat([]byte(row.text)); !ok || got != row.want {
			t.Errorf("%q: got %+v, %v, want %+v", row.text, got, ok, row.want)
		}
	}
	for _, text := range []string{"", "42", "42 (svc", "42 svc) (S 1 2", "42 (svc) S", "x (svc) S 1 2", "42 (svc) S one 2"} {
		if got, ok := parseProcStat([]byte(text)); ok {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

func TestParseBusy(t *testing.T) {
	const stat = "cpu  100 20 30 5000 600 7 8 9 90 10\ncpu0 50 10 15 2500 300 3 4 5 45 5\ncpu1 50 10 15 2500 300 4 4 4 45 5\nintr 1 2\n"
	busy, cores := parseBusy(stat)
	if want := (100 + 20 + 30 + 7 + 8 + 9) * clockTick; busy == nil || *busy != want || cores != 2 {
		t.Errorf("got %v and %d, want %v and 2", busy, cores, want)
	}
	for _, text := range []string{"", "cpu", "cpu  1 2 x 4 5 6", "btime 5"} {
		if busy, _ := parseBusy(text); busy != nil {
			t.Errorf("%q: got %v", text, *busy)
		}
	}
}

func TestFamilies(t *testing.T) {
	table := []procEntry{{1, 0, 1, 0}, {10, 1, 10, 0}, {11, 10, 10, 0}, {12, 11, 10, 0}, {20, 10, 20, 0}, {30, 1, 30, 0}}
	if got := groupOf(table, 10); !slices.Equal(got, []int{10, 11, 12}) {
		t.Errorf("the group of 10: got %v", got)
	}
	if got := groupOf(table, 12); !slices.Equal(got, []int{12}) {
		t.Errorf("12 leads no group: got %v", got)
	}
	if got := descendantsOf(table, 10); !slices.Equal(got, []int{11, 20, 12}) {
		t.Errorf("what 10 started: got %v", got)
	}
	// This very process, as the system has it.
	self := slices.IndexFunc(processTable(), func(p procEntry) bool { return p.pid == os.Getpid() })
	if self < 0 {
		t.Error("this process is not in the table")
	}
	before, ok := processCPU(os.Getpid())
	for end := time.Now().Add(20 * time.Millisecond); time.Now().Before(end); {
	}
	after, _ := processCPU(os.Getpid())
	if !ok || after <= before {
		t.Errorf("got CPU times %v and %v, want them to grow", before, after)
	}
	if _, ok := processCPU(1 << 22); ok {
		t.Error("a process that is not there has no CPU time")
	}
}

// FuzzProc: whatever the files hold, reading them does not crash.
func FuzzProc(f *testing.F) {
	f.Add("42 (svc) S 7 42 42")
	f.Add("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1")
	f.Add("cpu  66666666666661 2 3 4 5 6 7 8 9 10\ncpu0 1") // more than a time.Duration holds
	f.Add("VmHWM:  12 kB\n")
	f.Fuzz(func(t *testing.T, text string) {
		if entry, ok := parseProcStat([]byte(text)); !ok && entry != (procEntry{}) {
			t.Errorf("got %+v of a line that is none", entry)
		}
		if busy, _ := parseBusy(text); busy != nil && *busy%clockTick != 0 {
			t.Errorf("got %v, which is no number of ticks", *busy)
		}
		statusField([]byte(text), "VmHWM:")
	})
}

// TestChildrenThatEndedAreNotForeign: a shell that starts a program after another,
// as a database starts a process for each connection, used what they did.
func TestChildrenThatEndedAreNotForeign(t *testing.T) {
	cmd := exec.Command("sh", "-c", `i=0; while [ $i -lt 20 ]; do awk 'BEGIN { for (i = 0; i < 200000; i++) x += i }'; i=$((i+1)); done; echo done; read line`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	before := markNoise(0)
	if _, err := out.Read(make([]byte, 10)); err != nil {
		t.Error(err)
	}
	after := markNoise(0)
	_ = in.Close()
	_ = cmd.Wait()
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if known := after.knownCPU(before); known < used*7/10 {
		t.Errorf("%v are known of the %v that the children used", known, used)
	}
}
