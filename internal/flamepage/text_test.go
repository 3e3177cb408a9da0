package flamepage_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/goroutine"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
	"github.com/lotteryctl/lotteryctl/internal/golden"
)

// texts are all writers for terminals, by their golden files.
func texts(t *testing.T) (list []text) {
	t.Helper()
	p := flametest.Read(t, flametest.Made(t))
	tree, err := flame.Fold(p, 1, flame.FoldOptions{MinShare: 0.02})
	if err != nil {
		t.Fatal(err)
	}
	d := flametest.Diff(t)
	before, after := flametest.Dump(t, "goroutines.txt"), flametest.Dump(t, "goroutines-later.txt")
	return []text{
		{"fixture-top.txt", func(w io.Writer) error { return flamepage.WriteTop(w, p, 1, stackprofile.ByFunction, 6, 0) }},
		{"fixture-tree.txt", func(w io.Writer) error { return flamepage.WriteTree(w, tree, flamepage.TextOptions{MinShare: 0.06}) }},
		{"diff.txt", func(w io.Writer) error { return flamepage.WriteDiff(w, d, 5) }},
		{"goroutines-groups.txt", func(w io.Writer) error { return flamepage.WriteGoroutines(w, goroutine.Groups(before), 3) }},
		{"goroutines-growth.txt", func(w io.Writer) error {
			return flamepage.WriteGoroutineGrowth(w, goroutine.Compare(before, after), 0)
		}},
	}
}

type text struct {
	name  string
	write func(io.Writer) error
}

func TestTextGoldens(t *testing.T) {
	t.Parallel()
	for _, row := range texts(t) {
		var out bytes.Buffer
		if err := row.write(&out); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, row.name, out.String())
	}
}

func TestWritersTellOfAFullDisk(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	for _, row := range append(texts(t),
		text{"svg", func(w io.Writer) error { return flamepage.Tree(smallTree()).WriteSVG(w, flamepage.Options{}) }},
		text{"html", func(w io.Writer) error { return flamepage.Diff(smallDiff()).WriteHTML(w, flamepage.Options{}) }},
		text{"index", func(w io.Writer) error { return flamepage.WriteIndex(w, "", nil) }},
	) {
		if err := row.write(failing{full}); !errors.Is(err, full) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestNotes(t *testing.T) {
	t.Parallel()
	d := &flame.Diff{
		ProfileNotes: []stackprofile.Note{
			{Code: stackprofile.LineLeftOut, Line: 2, Reason: stackprofile.NoNumber, Text: `"b 1.5"`},
			{Code: stackprofile.LineLeftOut, Line: 16, Reason: stackprofile.NoEvent, Text: `"what is this"`},
			{Code: stackprofile.LinesLeftOut, Count: 15},
			{Code: stackprofile.StacksCut, Count: 3, Of: 100, Depth: 64, Text: "[cut at 64 frames]"},
			{Code: stackprofile.StacksPruned, Count: 3, Of: 100, Text: "malloc|" + strings.Repeat("x", 60)},
			{Code: stackprofile.AddressesUnnamed, Count: 2},
			{Code: stackprofile.RatesDiffer},
			{Code: stackprofile.LabelsMissing, Missing: []string{"rout"}},
			{Code: stackprofile.LabelsMissing, Missing: []string{"rout"}, Known: []string{"route", "tier"}},
			{Code: stackprofile.SeveralDumps, Count: 3},
			{Code: stackprofile.SeveralEvents, Count: 3, Text: "cycles", Known: []string{"cycles", "page-faults", "sched:sched_switch"}},
			{Code: stackprofile.TwoSides, Text: "difference", Known: []string{"before", "after"}},
			{Code: stackprofile.ValuesRounded, Count: 4},
			{Code: stackprofile.StacksFiltered, Count: 1, Of: 7, Share: 0.25, Text: "cpu"},
		},
		Notes: []flame.Note{
			{Code: flame.SidesApart}, {Code: flame.RequestsUnknown}, {Code: flame.NoiseUnknown},
			{Code: flame.TooFewProfiles, Old: 2, New: 3, LeastP: 0.2}, {Code: flame.CountsScatter, Inflation: 1.5}, {Code: flame.OneProfileASide},
			{Code: flame.FunctionsSwapped, Swap: flame.Swap{Gone: "a/b.(*old).serve", New: "a/b.new", Below: "main.handle", Pattern: `b\.\(\*old\)\.serve$|b\.new$`}},
		},
	}
	want := []string{
		`line 2 is skipped: its last field is not a number: "b 1.5"`,
		`line 16 is skipped: it is neither an event nor a frame of perf script: "what is this"`,
		"15 more lines are not understood and are skipped",
		`the Go runtime cut 3 of 100 stacks at 64 frames: their real roots are not known, and they are shown under "[cut at 64 frames]"`,
		"in 3 of 100 stacks, the frames inside malloc|" + strings.Repeat("x", 53) + "... are left out, because the profile asks for it (go tool pprof does the same)",
		"2 addresses without a name are left out of stacks in which other addresses have one: Go's text format hides them; get the profile without debug=1",
		"the merged profiles were sampled at different rates",
		"no sample has a label rout; the profile has no labels",
		"no sample has a label rout; the labels are route, tier",
		"the input holds 3 goroutine dumps, and this is the last one; --goroutines shows the growth from the first to the last",
		"the recording has samples of 3 events: cycles, page-faults, sched:sched_switch; they are not added up, and without --type the first of them, cycles, is shown",
		"each line has two values, before and after, and without --type their difference is shown; --diff compares the two sides",
		"4 values have more decimals than can be kept exactly, and are rounded",
		"the filters keep 1 of 7 stacks, 25 % of cpu",
		"one side was profiled before the other began: a drift of the machine in between looks like a change, and no test can separate the two; let the arms of one experiment alternate",
		"the number of requests is not known, so the sides are scaled until most of the program is unchanged: growth is relative to the rest of the program",
		"the noise is not known: colors show only the size of a change; several profiles per side would distinguish a change from chance",
		"with 2 and 3 profiles no change can be significant: the smallest p-value possible is 0.2; take 4 or more per side",
		"the counts may vary up to 1.50 times as much as chance alone explains (from the median of all functions), and the test takes this into account",
		"with one profile on a side it is not known how much its runs differ, which is more than the sampling error; take several profiles per side",
		`a/b.new replaces a/b.(*old).serve, and both call main.handle: to compare what is below them, hide both with --hide 'b\.\(\*old\)\.serve$|b\.new$'`,
	}
	got := flamepage.DiffNotes(d)
	for i, text := range want {
		if i >= len(got) || got[i] != text {
			t.Errorf("note %d: got %q, want %q", i, got[min(i, len(got)-1)], text)
		}
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	got := flamepage.Sentences(smallDiff(), 1)
	want := []string{
		"changed in encoding/json.Marshal, called by net/http.(*conn).serve: ",
		"encoding/json.Marshal itself: ",
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got %q, want what begins with %q", got, want)
	}
	all := flamepage.Sentences(smallDiff(), 0)
	if n := len(all); n != 4 || !strings.HasPrefix(all[n-1], "example.org/shop.Slow with its callees: ") {
		t.Errorf("all are %q", all)
	}
	if none := flamepage.Sentences(&flame.Diff{Nodes: []flame.DiffNode{{Name: -1, End: 1}}}, 0); len(none) > 0 {
		t.Errorf("of no change: %q", none)
	}
}

// TestADifferenceOfSharesIsInPoints: the share itself and its relative change are
// in percent.
func TestADifferenceOfSharesIsInPoints(t *testing.T) {
	t.Parallel()
	change := flame.Change{Old: 63.9, New: 47.5, Low: -20.25, High: 1.5, P: 0.5}
	d := &flame.Diff{Unit: "%", Nodes: []flame.DiffNode{{Name: -1, End: 1, Total: change, Self: change}}}
	var out bytes.Buffer
	if err := flamepage.WriteDiff(&out, d, 0); err != nil {
		t.Fatal(err)
	}
	const want = "63.9 % to 47.5 %, -16.4 points (-25.7 %), 95 % interval -20.2 points to +1.5 points, p = 0.500"
	if !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, out.String())
	}
}

func TestIndexEscapes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	lines := []flamepage.IndexLine{{Links: []flamepage.Link{{Text: "<b>\x00", Address: `/x?type="><script>`}, {Text: "cpu", Address: "/1"}}}}
	if err := flamepage.WriteIndex(&out, "</title>&", lines); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<title>&lt;/title&gt;&amp;</title>", `<li><a href="/x?type=&quot;&gt;&lt;script&gt;">&lt;b&gt;␀</a> · <a href="/1">cpu</a></li>`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// TestSuspectInSeconds: two dumps that are seconds apart cannot tell a leak from
// workers that had something to do in between, so the text says what would.
func TestSuspectInSeconds(t *testing.T) {
	t.Parallel()
	for stuck, want := range map[int]string{
		0: "are all at the same place; idle workers of a pool that grew look the same",
		3: "are all where they were; 3 of them have waited a minute or longer",
	} {
		g := goroutine.Growth{Group: goroutine.Group{State: "chan receive", Count: 9}, Old: 3, New: 9, Stayed: 3, Stuck: stuck, Suspect: true}
		var b strings.Builder
		if err := flamepage.WriteGoroutineGrowth(&b, []goroutine.Growth{g}, 0); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%v, got %q, want %q", err, b.String(), want)
		}
	}
}
