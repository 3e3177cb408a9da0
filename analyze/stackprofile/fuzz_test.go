package stackprofile_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// fuzzLimits keep a fuzzer's memory small.
func fuzzLimits() stackprofile.Limits {
	return stackprofile.Limits{MaxBytes: 1 << 20, MaxFrames: 1 << 18}
}

// FuzzRead takes every format through the front door.
func FuzzRead(f *testing.F) {
	var packed bytes.Buffer
	if err := fixture().Write(&packed); err != nil {
		f.Fatal(err)
	}
	var plain bytes.Buffer
	if err := fixture().WriteUncompressed(&plain); err != nil {
		f.Fatal(err)
	}
	f.Add(packed.Bytes())
	f.Add(plain.Bytes())
	f.Add(plain.Bytes()[:plain.Len()/2])
	for _, text := range []string{
		"a;b 1\n", "goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n", "web 1 1.0: 5 cycles: \n\t1 f+0x1 (/b)\n\n",
		"goroutine profile: total 1\n1 @ 0x1 0x2\n#\t0x1\tmain.f+0x0\t/a.go:1\n", "heap profile: 1: 2 [3: 4] @ heap/1048576\n1: 2 [3: 4] @ 0x1\n",
		"--- contention:\ncycles/second=1\n1 2 @ 0x3\n", "\x1f\x8b",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRead(t, data) })
}

// FuzzFolded, FuzzPerf and FuzzGoroutines begin where the formats do.
func FuzzFolded(f *testing.F) {
	f.Add("main;operator new 2\nmain;b_[i] 1\n;; -3\n# comment\n")
	f.Add("b 1.5\nc 1e-3\nd 1,5\n#x;y 2\n")
	f.Add("b 10 12\nc 0.5 -1\nd\x00\x1b 3 4\n")
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, []byte("a 1\n"+text)) })
}

func FuzzPerf(f *testing.F) {
	f.Add("my web 12    3456     250000 cycles:u: \n\t4abc10\n\nweb 12 sched:sched_switch: prev_comm=a b ffffffff821f8298 __schedule\n 4abc10 f\n:-1 -1 [001] 1.1: \nweb \n\t4abc10 _ZN1a1bEv (inlined)\n")
	f.Add("web 1 [000] U 1.000001: PERF_RECORD_COMM: x\nweb 1 1.1: \tmetric: 0.5\nweb 1 page-faults: 7f00 f (/b)\n\t1 g\n ABI:2 AX:0x1\n 0x1/0x2/P\n  web[1]\n")
	f.Add("\tffff do_fault+0x58 ([kernel.kallsyms])\n  serve.go:12\n\t1 f (inlined)\n\t2 g (/lib (deleted))\n\nb c 1/2 [0] 1.2: 7 sched:switch: 1 f (/b)\n")
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, []byte("web 1 1.0: 5 cycles: \n\t1 f+0x1 (/b)\n"+text)) })
}

func FuzzGoroutines(f *testing.F) {
	f.Add("non-Go function\n\tpc=0x1\n[originating from goroutine 1]:\nmain.g()\n\n-----\n\ngoroutine 1 [running]:\n\tgoroutine running on other thread; stack unavailable\n")
	f.Add("web-1  | goroutine 2 [running]:\nweb-1  | main.f()\nweb-2  | x\n\xff 12:00:00 goroutine 3 [select]:\n\x1b[36m\n")
	f.Add("{\"log\":\"goroutine 4 [running]:\\nmain.f()\\n\\t/a.go:1 +0x1\\n\"}\nstack=\"goroutine 5 [running]:\\nmain.f()\\n\\t/a.go:1\\n\" x=1\npanic: x\ngoroutine 1 [running]:\n")
	f.Add("main.f(...)\n\t/a.go:1\ncreated by main.main in goroutine 1\n\t/a.go:2 +0x3\n\ngoroutine 2 [select, 3 minutes, locked to thread labels:{\"a\": \"b\"}]:\n...4 frames elided...\n")
	f.Fuzz(func(t *testing.T, text string) {
		text = "goroutine 1 [running]:\n" + text
		checkRead(t, []byte(text))
		d, err := stackprofile.ReadGoroutines(strings.NewReader(text), fuzzLimits())
		if err != nil {
			return
		}
		if p, err := d.Profile(); err != nil || p.Total(0) != int64(len(d.Goroutines)) {
			t.Errorf("%d goroutines are no profile of as many: %v", len(d.Goroutines), err)
		}
	})
}

// checkRead holds for whatever can be read: the sum of the folded lines is
// the total, and what is written can be read again.
func checkRead(t *testing.T, data []byte) {
	t.Helper()
	p, err := stackprofile.Read(bytes.NewReader(data), fuzzLimits())
	if err != nil {
		return
	}
	var total int64
	for valueType := range p.Types {
		total = p.Total(valueType)
		if sum := foldedSum(t, p, valueType); sum != total {
			t.Errorf("type %d: the total is %d, the folded lines %d", valueType, total, sum)
		}
	}
	var out bytes.Buffer
	if err := p.WritePprof(&out); err != nil {
		t.Fatalf("writing pprof: %v", err)
	}
	again, err := stackprofile.Read(&out, stackprofile.Limits{})
	if err != nil {
		t.Fatalf("reading what was written: %v", err)
	}
	if got := again.Total(len(p.Types) - 1); got != total {
		t.Errorf("written and read again the total is %s, not %s", strconv.FormatInt(got, 10), strconv.FormatInt(total, 10))
	}
}
