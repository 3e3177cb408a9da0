package stackprofile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// perfStack is a stack as perf script prints it below an event.
const perfStack = "\tffffffff81a000a0 do_work+0x30 ([kernel.kallsyms])\n\t          4abc10 main.serve+0x1c (/srv/web)\n\n"

// TestPerfEvents reads the line of an event with all kinds of fields (-F), commands
// and payloads. Each text has one sample, of which the stack is known.
func TestPerfEvents(t *testing.T) {
	t.Parallel()
	const want = "web;main.serve;do_work 1\n"
	for _, row := range []struct{ name, text, want string }{
		{"default", "web  103 [000]  5100.100001:     250000 cycles:u: \n" + perfStack, want},
		{"process and thread", "web   101/103   [003]  5100.100001: cycles: \n" + perfStack, want},
		{"a command of words", "my web 12  103 [000]  5100.100001: cycles: \n" + perfStack, "my web 12;main.serve;do_work 1\n"},
		{"a command of words, nothing padded", "my web 12 103 [000] 5100.100001: 250000 cycles: \n" + perfStack, "my web 12;main.serve;do_work 1\n"},
		{"a kernel thread", "kworker/u8:2-ev    17 [001]  5100.100001: cycles: \n" + perfStack, "kworker/u8:2-ev;main.serve;do_work 1\n"},
		{"brackets and colons", "a: [b] (c)    17 [001]  5100.100001: cycles: \n" + perfStack, "a: [b] (c);main.serve;do_work 1\n"},
		{"no thread any more", ":-1    -1 [001]  5100.100001: cycles: \n" + perfStack, ":-1;main.serve;do_work 1\n"},
		{"no processor", "web  103  5100.100001: cycles: \n" + perfStack, want},
		{"no time", "web  103 [000] cycles: \n" + perfStack, want},
		{"no time and no processor", "web 12    3456 cycles: \n" + perfStack, "web 12;main.serve;do_work 1\n"},
		{"a period and no time", "web 12    3456     250000 cycles: \n" + perfStack, "web 12;main.serve;do_work 1\n"},
		{"no process", "web  5100.100001: cycles: \n" + perfStack, want},
		{"no command", "    103 [000]  5100.100001: cycles: \n" + perfStack, "main.serve;do_work 1\n"},
		{"no event", "web  103 [000]  5100.100001: \n" + perfStack, want},
		{"command and event", "web cycles: \n" + perfStack, want},
		{"command alone", "web \n" + perfStack, want},
		{"stacks alone", perfStack, "main.serve;do_work 1\n"},
		{"nanoseconds", "web  103 [000]  5100.100001234: cycles: \n" + perfStack, want},
		{"process, thread and a period, nothing padded", "web 77/78 250000 cycles:\n" + perfStack, want},
		{"a mode before the processor", "web  1414/1415 U  [001] 5100.100001: cycles: \n" + perfStack, want},
		{"the state of the processor", "web   123 [001] d..2. 5100.100001: cycles: \n" + perfStack, want},
		{"a command like a state", "web 12.3 d..2.   103 [001] 5100.100001: cycles: \n" + perfStack, "web 12.3 d..2.;main.serve;do_work 1\n"},
		{"a mode", "web  103 [000] U     5100.100001: cycles: \n" + perfStack, want},
		{"a group of control", "web  103 [000]  5100.100001: cycles:  /user.slice\n" + perfStack, want},
		{"the address of data", "web  103 [000]  5100.100001: page-faults:      7f0011223344 heap (/srv/web)\n" + perfStack, want},
		{"a payload", "web  103 [000]  5100.100001: sched:sched_switch: prev_comm=web prev_pid=103 prev_state=S ==> next_comm=swapper/0 next_pid=0\n" + perfStack, want},
		{"a payload with colons", "web  103 [000]  5100.100001:          1 syscalls:sys_enter_write: fd: 0x00000004, buf: 0xc000012000\n" + perfStack, want},
		{"a payload, no time", "web  103 kmem:kmalloc: call_site=ffffffff813b3b4e ptr=0xffff88aa\n" + perfStack, want},
		{"a payload without stacks", "     web   103 [000]  5100.100001:       sched:sched_switch: prev_comm=web prev_pid=103\n     web   103 [000]  5100.100002:       sched:sched_switch: prev_comm=web prev_pid=103\n", "web 2\n"},
		{"a payload without stacks and times", "     web   103       sched:sched_switch: prev_comm=web\n     db    104       sched:sched_switch: prev_comm=db\n", "db 1\nweb 1\n"},
		{"a payload and one frame", "     web   103       sched:sched_switch: prev_comm=web ffffffff821f8298 __schedule ([kernel.kallsyms])\n", "web;__schedule 1\n"},
		{"one frame", "             web     103 [000]  5100.100001:     250000 cycles:            4abc10 main.serve+0x1c (/srv/web)\n", "web;main.serve 1\n"},
		{"one frame, no binary", "             web     103 cycles:            4abc10 main.serve\n", "web;main.serve 1\n"},
		{"frames alone", " ffffffff81a000a0 do_work\n ffffffff81a000a0 do_work\n", "do_work 2\n"},
		{"no names", "web  103 [000]  5100.100001: cycles: \n\tffffffff81a000a0\n\t          4abc10\n\n", "web;0x4abc10;0xffffffff81a000a0 1\n"},
		{"no binary", "web  103 [000]  5100.100001: cycles: \n\t          4abc10 operator new(unsigned long)\n\t          4abc20 app::(anonymous namespace)::run\n\n", "web;app::(anonymous namespace)::run;operator new(unsigned long) 1\n"},
		{"inlined", "web  103 [000]  5100.100001: cycles: \n\t          4abc10 small (inlined)\n\t          4abc10 main.serve+0x1c (/srv/my web (deleted))\n\n", "web;main.serve;small 1\n"},
		{"unknown", "web  103 [000]  5100.100001: cycles: \n\t          4abc10 [unknown] (/srv/web)\n\t          4abc20 [unknown] ([unknown])\n\n", "web;[unknown];[web] 1\n"},
		{"mangled", "web  103 [000]  5100.100001: cycles: \n\t          4abc10 _ZN4core3fmt5write17h0123456789abcdefE+0x1 (/srv/web)\n\n", "web;core::fmt::write 1\n"},
		{"a head and other records", "# ========\n# captured on : today\nweb  1 [000] 1.000001: PERF_RECORD_COMM exec: web:1/1\nweb 5100.100001: PERF_RECORD_MMAP2 1/1: [0x1(0x2) @ 0]: r-xp /srv/web\n" +
			"web  103 [000]  5100.100001: \tmetric:      0.52  insn per cycle\nweb  103 [000]  5100.100001: cycles: \n" + perfStack, want},
		{"places in the source", "web  103 [000]  5100.100001: cycles: \n\tffffffff81a000a0 do_work+0x30 ([kernel.kallsyms])\n  [kernel.kallsyms][ffffffff81a000a0]\n\t          4abc10 main.serve+0x1c (/srv/web)\n  web[abc10]\n\n", want},
		{"registers and branches", "web  103 [000]  5100.100001: cycles: \n" + strings.TrimSuffix(perfStack, "\n") + " ABI:2    AX:0x1    BX:0x2\n 0x4abc10/0x4abc20/P/-/-/0\n\n", want},
		{"Windows", strings.ReplaceAll("web  103 [000]  5100.100001: cycles: \n"+perfStack, "\n", "\r\n"), want},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := readText(t, row.text)
			if got := folded(t, p, 0); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
			if len(p.Notes) > 0 {
				t.Errorf("notes: %+v", p.Notes)
			}
		})
	}
}

// TestSeveralEvents: samples of different events are types of their own.
func TestSeveralEvents(t *testing.T) {
	t.Parallel()
	event := func(name, period, function string) string {
		return fmt.Sprintf("web  103 [000]  5100.100001: %10s %s: \n\t          4abc10 %s+0x1c (/srv/web)\n\n", period, name, function)
	}
	text := event("cycles:u", "250000", "main.compute") + event("page-faults", "", "main.load") + event("page-faults", "", "main.load") + event("cycles:u", "250001", "main.compute")
	p := readText(t, text)
	want := []stackprofile.ValueType{{Name: "cycles", Unit: "samples"}, {Name: "cycles.period", Unit: "count"}, {Name: "page-faults", Unit: "samples"}}
	if !slices.Equal(p.Types, want) || p.DefaultType != 0 {
		t.Fatalf("types: got %v, want %v", p.Types, want)
	}
	for i, want := range []string{"web;main.compute 2\n", "web;main.compute 500001\n", "web;main.load 2\n"} {
		if got := folded(t, p, i); got != want {
			t.Errorf("%s: got %q, want %q", p.Types[i], got, want)
		}
	}
	if len(p.Notes) != 1 || !p.Notes[0].Equal(stackprofile.Note{Code: stackprofile.SeveralEvents, Count: 2, Text: "cycles", Known: []string{"cycles", "page-faults"}}) {
		t.Errorf("notes: %+v", p.Notes)
	}
	modes := readText(t, event("cycles:u", "", "main.f")+event("cycles:k", "", "do_work"))
	if len(modes.Types) != 2 || modes.Types[0].Name != "cycles:u" || modes.Types[1].Name != "cycles:k" {
		t.Errorf("events that differ in what they count alone: got %v", modes.Types)
	}
	one := readText(t, event("cycles:u", "3", "main.f")+event("cycles:u", "4", "main.f"))
	if len(one.Notes) != 0 || len(one.Types) != 2 || one.Total(0) != 2 || one.Total(1) != 7 {
		t.Errorf("one event: got %v, notes %+v", one.Types, one.Notes)
	}
}
