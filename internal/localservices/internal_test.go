package localservices

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestInstallCommand(t *testing.T) {
	both := []string{"redis-server", "postgres"}
	for _, row := range []struct {
		goos, osRelease string
		missing         []string
		want            string
	}{
		{"linux", "ID=debian\n", both, "apt-get install -y redis-server postgresql"},
		{"linux", "NAME=x\nID=ubuntu\nID_LIKE=debian\n", both[:1], "apt-get install -y redis-server"},
		{"linux", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", both[1:], "apt-get install -y postgresql"},
		{"linux", "ID=fedora\n", both, "dnf install -y valkey postgresql-server"},
		{"linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", both[1:], "dnf install -y postgresql-server"},
		{"linux", "ID=alpine\n", both, "apk add redis postgresql"},
		{"linux", "ID=arch\n", both, "pacman -S --noconfirm valkey postgresql"},
		{"linux", "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", both[:1], "zypper install -y redis"},
		{"darwin", "", both, "brew install redis postgresql@17"},
		{"linux", "ID=plan9\n", both, ""},
		{"linux", "", both, ""},
	} {
		if got := installCommand(row.goos, row.osRelease, row.missing); got != row.want {
			t.Errorf("%s %q: got %q, want %q", row.goos, row.osRelease, got, row.want)
		}
	}
}

func TestMissingErrorIsOneSentence(t *testing.T) {
	for _, row := range []struct {
		err  MissingError
		want string
	}{
		{MissingError{[]string{"redis-server"}, "apt-get install -y redis-server"},
			"redis-server is not installed: install it with `apt-get install -y redis-server`"},
		{MissingError{[]string{"redis-server", "postgres"}, ""},
			"redis-server and postgres are not installed: install them and put the program's folder into PATH"},
	} {
		if got := row.err.Error(); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

func FuzzDistributionIDs(f *testing.F) {
	f.Add("ID=debian\nID_LIKE=\"a b\"\n")
	f.Add("=\nID='\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, id := range distributionIDs(text) {
			if id == "" || strings.ContainsAny(id, " \n") {
				t.Errorf("%q yields the name %q", text, id)
			}
		}
	})
}

func TestNewestVersionComesFirst(t *testing.T) {
	dir := t.TempDir()
	for _, version := range []string{"9.6", "15", "17", "10"} {
		if err := os.MkdirAll(filepath.Join(dir, "pg", version, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// The first number of the path decides, so look from inside the folder.
	t.Chdir(dir)
	want := []string{"pg/17/bin", "pg/15/bin", "pg/10/bin", "pg/9.6/bin"}
	if got := newestFirst("pg/*/bin"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFindWantsPrograms(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	place := func(dir, name string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	place(first, "redis-server", 0o644) // not executable
	place(first, "postgres", 0o755)     // without its initdb
	place(second, "valkey-server", 0o755)
	place(second, "postgres", 0o755)
	place(second, "initdb", 0o755)
	got, err := Find(Options{Redis: true, Postgres: true, SearchPath: []string{first, second}})
	want := Programs{Redis: filepath.Join(second, "valkey-server"), PostgresBin: second}
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestPortsStayOutOfTheEphemeralRange(t *testing.T) {
	limit := firstEphemeralPort()
	for range 50 {
		port, err := freePort()
		if err != nil || port < lowestPort || port >= limit {
			t.Fatalf("got port %d, %v, want %d to %d", port, err, lowestPort, limit-1)
		}
	}
}

func TestSegmentID(t *testing.T) {
	lock := func(line string) string { return "1\n/data\n1\n5432\n\n127.0.0.1\n" + line + "\nready\n" }
	for _, row := range []struct{ text, want string }{
		{lock("  5432001    98307"), "98307"},
		{lock(""), ""},
		{lock("1 -M"), ""}, // must not become an option of ipcrm
		{"1\n", ""},
	} {
		if got := segmentID(row.text); got != row.want {
			t.Errorf("%q: got %q, want %q", row.text, got, row.want)
		}
	}
}

func TestParseOwnerRefusals(t *testing.T) {
	for _, row := range []struct{ text, complaint string }{
		{`x`, "invalid"},
		{`{"version":2,"owner":{"pid":9}}`, "version 2"},
		{`{"version":1}`, "process id 0"},
		{`{"version":1,"owner":{"pid":9},"servers":{"redis":{"pid":-1}}}`, "process id -1"},
	} {
		if _, err := parseOwner([]byte(row.text)); err == nil || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%s: got %v, want a complaint with %q", row.text, err, row.complaint)
		}
	}
}

func FuzzParseOwner(f *testing.F) {
	f.Add([]byte(`{"version":1,"owner":{"pid":9,"start":"1"},"servers":{"redis":{"pid":10,"start":"2"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := parseOwner(data)
		if err != nil {
			return
		}
		for name, p := range record.Servers {
			if p.PID <= 1 {
				t.Errorf("accepted the process id %d of %q", p.PID, name)
			}
		}
	})
}

// TestSweep: an owner and its watchdog died together, a server survived.
func TestSweep(t *testing.T) {
	parent := t.TempDir()
	dead := exec.Command("/bin/sh", "-c", "exit 0")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	orphan := exec.Command("sleep", "600")
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	reaped := make(chan error, 1)
	go func() { reaped <- orphan.Wait() }()
	defer orphan.Process.Kill()
	start, _ := processStart(orphan.Process.Pid)

	stale := makeFolder(t, parent, "stale", process{dead.Process.Pid, "1"},
		map[string]process{"redis": {orphan.Process.Pid, start}})
	ownStart, _ := processStart(os.Getpid())
	living := makeFolder(t, parent, "living", process{os.Getpid(), ownStart}, nil)
	// Our process id with another start time: the number was given away since.
	recycled := makeFolder(t, parent, "recycled", process{os.Getpid(), "1"},
		map[string]process{"redis": {os.Getpid(), "1"}}) // killing this would end the test
	unfinished := filepath.Join(parent, folderPrefix+"unfinished")
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		t.Fatal(err)
	}
	forgotten := filepath.Join(parent, folderPrefix+"forgotten")
	if err := os.Mkdir(forgotten, 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(forgotten, old, old); err != nil {
		t.Fatal(err)
	}
	open := makeFolder(t, parent, "open", process{dead.Process.Pid, "1"}, nil)
	if err := os.Chmod(open, 0o777); err != nil { // anybody could have written its record
		t.Fatal(err)
	}

	sweep(parent)

	for _, row := range []struct {
		path string
		want bool
	}{
		{stale, false}, {recycled, false}, {forgotten, false},
		{living, true}, {unfinished, true}, {open, true},
	} {
		if _, err := os.Stat(row.path); (err == nil) != row.want {
			t.Errorf("%s: kept is %v, want %v", filepath.Base(row.path), err == nil, row.want)
		}
	}
	select {
	case <-reaped:
	case <-time.After(10 * time.Second):
		t.Error("the orphan server was not killed")
	}
}

func makeFolder(t *testing.T, parent, name string, owner process, servers map[string]process) string {
	t.Helper()
	f := &folder{path: filepath.Join(parent, folderPrefix+name),
		record: ownerRecord{ownerVersion, owner, servers}}
	if err := os.Mkdir(f.path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.save(); err != nil {
		t.Fatal(err)
	}
	return f.path
}

// TestGateNeedsItsLine: without the line behind which the watchdog knows the
// process, no server starts.
func TestGateNeedsItsLine(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "started")
	for _, row := range []struct {
		input string
		want  bool
	}{{"", false}, {"go\n", true}} {
		os.Remove(trace)
		cmd := exec.Command("/bin/sh", "-c", gateScript, "/", "touch", trace)
		cmd.Stdin = strings.NewReader(row.input)
		cmd.Run() // its failure is the point of the first row
		if _, err := os.Stat(trace); (err == nil) != row.want {
			t.Errorf("input %q: started is %v, want %v", row.input, err == nil, row.want)
		}
	}
}

// TestDeadlineNamesTheCause: a server that never answers is killed, and the
// error says how long it was waited for and shows the log.
func TestDeadlineNamesTheCause(t *testing.T) {
	s, err := prepare(Options{Log: os.Stderr, Timeout: 300 * time.Millisecond, Dir: os.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop(context.Background())
	dir, err := s.folder.sub("redis")
	if err != nil {
		t.Fatal(err)
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	mute := &redisServer{port: port, server: server{
		name: "redis", folder: s.folder, watchdog: s.watchdog, dir: dir,
		argv: []string{"/bin/sh", "-c", "echo thinking about it; sleep 600"},
	}}
	err = s.boundedStart(t.Context(), mute)
	if err == nil || !strings.Contains(err.Error(), "no answer within 300ms") || !strings.Contains(err.Error(), "thinking about it") {
		t.Errorf("got %v", err)
	}
	if mute.pid() != 0 {
		t.Errorf("process %d was left", mute.pid())
	}
}

// TestKillTreeReachesGrandchildren kills a shell whose shell runs a program,
// as initdb's does.
func TestKillTreeReachesGrandchildren(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", `/bin/sh -c 'sleep 60; true'; true`)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var family []int
	for deadline := time.Now().Add(10 * time.Second); len(family) < 3; {
		if time.Now().After(deadline) {
			t.Fatalf("the tree has only %v", family)
		}
		family = family[:0]
		for next := []int{cmd.Process.Pid}; len(next) > 0; {
			family = append(family, next...)
			var below []int
			for _, pid := range next {
				below = append(below, childrenOf(pid)...)
			}
			next = below
		}
	}
	killTree(cmd.Process.Pid)
	cmd.Wait()
	for _, pid := range family {
		if _, runs := processStart(pid); runs {
			t.Errorf("process %d of %v still runs", pid, family)
		}
	}
}
