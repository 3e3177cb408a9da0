package recordertest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	rpprof "runtime/pprof"
	"runtime/trace"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// The tests of this package are not parallel: there is one CPU profiler.

// quick is options that show in seconds what the defaults show in minutes.
func quick() recorder.Options {
	return recorder.Options{
		Slice: 100 * time.Millisecond, Every: 200 * time.Millisecond, TraceAge: 500 * time.Millisecond,
		Budget: recorder.Budget{CPU: 0.5},
	}
}

// start runs a recorder, with a goroutine that works, until the test ends.
func start(t *testing.T, o recorder.Options) *recorder.Recorder {
	t.Helper()
	r, err := recorder.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- r.Run(ctx) }()
	go func() { work(ctx); ended <- nil }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		var none bytes.Buffer // nothing of the recorder's may be left running
		if err := rpprof.StartCPUProfile(&none); err != nil {
			t.Errorf("after Run: %v", err)
		}
		rpprof.StopCPUProfile()
	})
	return r
}

// work keeps a core half busy.
func work(ctx context.Context) (sum int) {
	for ctx.Err() == nil {
		for i := range 10_000_000 {
			sum += i * sum
		}
		time.Sleep(5 * time.Millisecond)
	}
	return sum
}

// processorTime is what this process has used of the processors.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// eventually waits until holds does, at most half a minute.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after 30 s still not: %s", what)
		}
	}
}

func taken(r *recorder.Recorder) int { return r.Stats().CPU.Taken }

// port is a private port as a service would have it.
func port(t *testing.T, r *recorder.Recorder) *httptest.Server {
	mux := http.NewServeMux()
	mux.Handle("/debug/recorder", r.Handler())
	mux.Handle("/debug/recorder/", r.Handler())
	mux.Handle("/debug/pprof/profile", r.YieldTo(http.HandlerFunc(pprof.Profile)))
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func send(t *testing.T, method, url string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func parse(t *testing.T, data []byte) *profile.Profile {
	t.Helper()
	p, err := profile.ParseData(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProfileByHandWins takes one, of a second, in the middle of recording.
func TestProfileByHandWins(t *testing.T) {
	r := start(t, quick())
	s := port(t, r)
	eventually(t, "two slices", func() bool { return taken(r) >= 2 })
	status, body := send(t, "GET", s.URL+"/debug/pprof/profile?seconds=1")
	if status != http.StatusOK {
		t.Fatalf("got %d %s", status, body)
	}
	p := parse(t, body)
	if d := time.Duration(p.DurationNanos); d < 900*time.Millisecond || len(p.Sample) == 0 {
		t.Errorf("the profile by hand is of %s with %d samples", d, len(p.Sample))
	}
	if stats := r.Stats().CPU; stats.Yielded == 0 || stats.ByHand {
		t.Errorf("%+v; want a slice that gave way", stats)
	}
	before := taken(r)
	eventually(t, "slices again", func() bool { return taken(r) >= before+2 })
}

// TestForeignProfileIsLeftAlone starts a profile without a word.
func TestForeignProfileIsLeftAlone(t *testing.T) {
	var foreign bytes.Buffer
	if err := rpprof.StartCPUProfile(&foreign); err != nil {
		t.Fatal(err)
	}
	r := start(t, quick())
	eventually(t, "starts that failed", func() bool { return r.Stats().CPU.Blocked >= 5 })
	if n := taken(r); n != 0 {
		t.Errorf("%d slices beside another profile", n)
	}
	rpprof.StopCPUProfile()
	if p := parse(t, foreign.Bytes()); len(p.Sample) == 0 {
		t.Error("the other profile is empty")
	}
	eventually(t, "slices", func() bool { return taken(r) >= 2 })
}

// TestTraceByHand runs beside the flight recorder, and both are whole.
func TestTraceByHand(t *testing.T) {
	r := start(t, quick())
	s := port(t, r)
	eventually(t, "the flight recorder", func() bool { return r.Stats().Trace.On })
	status, body := send(t, "GET", s.URL+"/debug/pprof/trace?seconds=0.3")
	if status != http.StatusOK || !bytes.HasPrefix(body, []byte("go 1.")) {
		t.Fatalf("got %d %.40q", status, body)
	}
	if !r.Stats().Trace.On {
		t.Error("the flight recorder is off")
	}
}

// TestForeignFlightRecorder has the process's only one already.
func TestForeignFlightRecorder(t *testing.T) {
	other := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	r := start(t, quick())
	eventually(t, "starts that failed", func() bool { return r.Stats().Trace.Denied > 0 })
	m, err := r.Snapshot(context.Background(), "test")
	if err != nil || !strings.Contains(m.Failed["trace.out"], "has another one") {
		t.Errorf("%+v, %v", m, err)
	}
	if !other.Enabled() {
		t.Error("the other flight recorder was stopped")
	}
	other.Stop()
	eventually(t, "our own", func() bool { return r.Stats().Trace.On })
}

// TestSnapshotOverHTTP asks for one, and reads it in every way there is.
func TestSnapshotOverHTTP(t *testing.T) {
	o := quick()
	o.Dir = t.TempDir()
	r := start(t, o)
	s := port(t, r)
	if _, body := send(t, "GET", s.URL+"/debug/recorder"); bytes.Contains(body, []byte("null")) {
		t.Errorf("an empty list is null: %s", body)
	}
	// On a machine that is busy with others, three slices may pass in which we
	// did not run at all: 300 ms of the processor are some 15 samples in slices.
	ran := processorTime(t)
	eventually(t, "three slices and a trace", func() bool {
		return taken(r) >= 3 && r.Stats().Trace.On && processorTime(t)-ran >= 300*time.Millisecond
	})
	status, body := send(t, "POST", s.URL+"/debug/recorder/snapshot")
	var m recorder.Manifest
	if err := json.Unmarshal(body, &m); err != nil || status != http.StatusCreated {
		t.Fatalf("got %d %s", status, body)
	}
	if m.Reason != recorder.ReasonManual || len(m.Slices) < 3 || len(m.Failed) != 0 {
		t.Errorf("the manifest: %s", body)
	}
	if status, body := send(t, "POST", s.URL+"/debug/recorder/snapshot"); status != http.StatusTooManyRequests {
		t.Errorf("a second one at once: %d %s", status, body)
	}
	if status, body := send(t, "GET", s.URL+"/debug/recorder"); status != http.StatusOK || !strings.Contains(string(body), m.Name) {
		t.Errorf("status: %d %s", status, body)
	}
	checkFiles(t, s.URL, m)
	for _, path := range []string{"/x", "/" + m.Name + "/x", "/" + m.Name + "/..%2f" + m.Name + "%2fcpu.pb.gz"} {
		if status, _ := send(t, "GET", s.URL+"/debug/recorder/snapshots"+path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func checkFiles(t *testing.T, url string, m recorder.Manifest) {
	t.Helper()
	files := map[string][]byte{}
	for name, size := range m.Files {
		status, data := send(t, "GET", url+"/debug/recorder/snapshots/"+m.Name+"/"+name)
		if status != http.StatusOK || int64(len(data)) != size {
			t.Errorf("%s: %d, %d bytes; the manifest says %d", name, status, len(data), size)
		}
		files[name] = data
	}
	busy := false
	for _, f := range parse(t, files["cpu.pb.gz"]).Function {
		busy = busy || strings.HasSuffix(f.Name, "recordertest_test.work")
	}
	if !busy {
		t.Error("the CPU profile does not show what was busy")
	}
	parse(t, files["heap.pb.gz"])
	parse(t, files["goroutine.pb.gz"])
	if !bytes.HasPrefix(files["trace.out"], []byte("go 1.")) || !bytes.Contains(files["goroutines.txt"], []byte("recordertest_test.work")) {
		t.Errorf("trace %.20q, goroutines %.200s", files["trace.out"], files["goroutines.txt"])
	}
	status, packed := send(t, "GET", url+"/debug/recorder/snapshots/"+m.Name)
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil || status != http.StatusOK || len(archive.File) != len(m.Files)+1 {
		t.Errorf("the zip file: %d, %v", status, err)
	}
	for _, file := range archive.File {
		if time.Since(file.Modified).Abs() > time.Hour {
			t.Errorf("%s is of %v", file.Name, file.Modified)
		}
	}
}

// TestRunTwice refuses the second, and may be called again after the first.
func TestRunTwice(t *testing.T) {
	r := start(t, quick())
	eventually(t, "a slice", func() bool { return taken(r) > 0 })
	if err := r.Run(context.Background()); err == nil {
		t.Error("a second Run was let in")
	}
}
