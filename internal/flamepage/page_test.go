package flamepage_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/golden"
)

// smallTree has all that a picture marks: recursion, inlined and made frames,
// branches that are not shown.
func smallTree() *flame.Tree {
	return &flame.Tree{
		Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, MinShare: 0.01, Hidden: 2, HiddenTotal: 10e6,
		Names: []string{"net/http.(*conn).serve", "example.org/shop/cart.(*Service).Add", "encoding/json.Marshal", "not used", "[cut at 64 frames]", "runtime.mallocgc"},
		Nodes: []flame.Node{
			{Name: -1, End: 8, Total: 1000e6},
			{Name: 0, Depth: 1, End: 6, Total: 700e6, Self: 50e6},
			{Name: 1, Depth: 2, End: 6, Total: 650e6, Self: 140e6, Folded: 10e6, Inlined: stackprofile.PartlyInlined},
			{Name: 2, Depth: 3, End: 5, Total: 400e6, Self: 150e6, Inlined: stackprofile.AlwaysInlined},
			{Name: 2, Depth: 4, End: 5, Total: 250e6, Self: 250e6},
			{Name: 5, Depth: 3, End: 6, Total: 100e6, Self: 100e6},
			{Name: 4, Depth: 1, End: 8, Total: 300e6, Made: true},
			{Name: 5, Depth: 2, End: 8, Total: 300e6, Self: 300e6},
		},
	}
}

// smallDiff has every verdict.
func smallDiff() *flame.Diff {
	nan := math.NaN()
	noise := func(old, now float64) flame.Change { return flame.Change{Old: old, New: now, Low: -9, High: 9, P: 1} }
	none := flame.Change{Low: nan, High: nan, P: nan}
	shrank := flame.Change{Old: 12300.5, New: 8100.25, Low: -4600, High: -3900, P: 0.004, Significance: flame.Shrank}
	grew := flame.Change{Old: 2000, New: 3000, Low: 800, High: 1200, P: 0.0001, Significance: flame.Grew}
	gone := flame.Change{Old: 700, Low: -800, High: -600, P: 0.002, Significance: flame.Vanished}
	fresh := flame.Change{New: 900, Low: 850, High: 950, P: 0.003, Significance: flame.Appeared}
	return &flame.Diff{
		Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, Basis: flame.PerRequest, Unit: "ns/request", Evidence: flame.FromRounds,
		Old: flame.Side{Profiles: 5, Total: 1e9, Per: 1e5}, New: flame.Side{Profiles: 5, Total: 1e9, Per: 1e5},
		Names: []string{"net/http.(*conn).serve", "encoding/json.Marshal", "example.org/shop.Slow", "example.org/shop.Old", "example.org/shop.New", "runtime.mallocgc"},
		Nodes: []flame.DiffNode{
			{Name: -1, End: 7, Total: noise(20000, 17000), Self: none},
			{Name: 0, Depth: 1, End: 6, Total: noise(16000, 13000), Self: noise(1000, 1000)},
			{Name: 1, Depth: 2, End: 3, Total: shrank, Self: shrank, Inlined: stackprofile.AlwaysInlined},
			{Name: 2, Depth: 2, End: 4, Total: grew, Self: noise(10, 11)},
			{Name: 3, Depth: 2, End: 5, Total: gone, Self: gone},
			{Name: 4, Depth: 2, End: 6, Total: fresh, Self: fresh},
			{Name: 5, Depth: 1, End: 7, Total: noise(4000, 4000), Self: noise(4000, 4000)},
		},
		Causes: []int{2, 3},
		Functions: []flame.FunctionChange{
			{Name: 1, Total: shrank, Self: shrank}, {Name: 2, Total: grew, Self: noise(10, 11)}, {Name: 5, Total: noise(4000, 4000), Self: noise(4000, 4000)},
		},
	}
}

func svgOf(t *testing.T, p flamepage.Picture, o flamepage.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := p.WriteSVG(&out, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func htmlOf(t *testing.T, p flamepage.Picture, o flamepage.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := p.WriteHTML(&out, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestPageGolden holds all that is written but the style and the script, which
// are files and are tried in a browser.
func TestPageGolden(t *testing.T) {
	t.Parallel()
	cut, left := []string{"3 of 100 stacks were cut"}, []string{"one <round> was left out"}
	options := flamepage.Options{Subtitle: "shop & cart, 30 s", Width: 600, Notes: cut}
	differ := flamepage.Options{Subtitle: "shop & cart, 30 s", Width: 600, Notes: left}
	wide := flamepage.Options{Subtitle: "shop & cart, 30 s", Width: 900, Notes: left}
	fire := flamepage.Options{Title: "Heaps & more", Flame: true, Width: 400, Notes: cut}
	for _, row := range []struct{ name, text string }{
		{"page-tree.svg", svgOf(t, flamepage.Tree(smallTree()), options)},
		{"page-tree.html", htmlOf(t, flamepage.Tree(smallTree()), options)},
		{"page-diff.svg", svgOf(t, flamepage.Diff(smallDiff()), wide)},
		{"page-diff.html", htmlOf(t, flamepage.Diff(smallDiff()), differ)},
		{"page-flame.svg", svgOf(t, flamepage.Tree(smallTree()), fire)},
	} {
		text := regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(row.text, "<style>…</style>")
		text = regexp.MustCompile(`(?s)<script>.*?</script>`).ReplaceAllString(text, "<script>…</script>")
		golden.Check(t, row.name+".golden", text)
	}
}

// hostileTree has a node for every way out of a document that a name may try.
func hostileTree(names ...string) *flame.Tree {
	t := &flame.Tree{
		Type: stackprofile.ValueType{Name: "]]><x>", Unit: `"&'`}, Names: names,
		Nodes: []flame.Node{{Name: -1, End: int32(len(names)) + 1}},
	}
	for i := range names {
		t.Nodes = append(t.Nodes, flame.Node{Name: int32(i), Depth: 1, End: int32(i) + 2, Total: 1, Self: 1})
		t.Nodes[0].Total++
	}
	return t
}

func hostileNames() []string {
	return []string{
		"]]><script>alert(1)</script>", "</script><script>alert(1)</script>", "<!--<script>", "\"'><b a=`${x}`", "&lt;&amp;",
		"控制/函数.(*结构).处理", "a\x00b\x1b[31m\x7f", "\xff\xfe", "\uffff\ufdd0", "x\u2028y\u202ez", "\\u003cscript\\", "𝒻.𝓊", "",
	}
}

func TestSVGIsWellFormed(t *testing.T) {
	t.Parallel()
	tree, untitled := hostileTree(hostileNames()...), hostileTree(hostileNames()...)
	untitled.Type = stackprofile.ValueType{Name: "\x00<", Unit: "\x01&"}
	for _, row := range []struct{ name, text string }{
		{"tree", svgOf(t, flamepage.Tree(smallTree()), flamepage.Options{})},
		{"diff", svgOf(t, flamepage.Diff(smallDiff()), flamepage.Options{})},
		{"hostile type", svgOf(t, flamepage.Tree(untitled), flamepage.Options{Notes: hostileNames()})},
		{"hostile", svgOf(t, flamepage.Tree(tree), flamepage.Options{Title: strings.Join(hostileNames(), " "), Subtitle: "]]>\x00", Notes: hostileNames()})},
	} {
		d := xml.NewDecoder(strings.NewReader(row.text))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", row.name, err)
			}
		}
	}
}

// TestPageData reads back what the script reads.
func TestPageData(t *testing.T) {
	t.Parallel()
	text := htmlOf(t, flamepage.Tree(hostileTree(hostileNames()...)), flamepage.Options{Title: "</script>", Notes: hostileNames()})
	if n := strings.Count(text, "</script"); n != 2 {
		t.Errorf("%d scripts end, want 2", n)
	}
	match := regexp.MustCompile(`(?s)<script type="application/json">(.*?)</script>`).FindStringSubmatch(text)
	if match == nil {
		t.Fatal("no data")
	}
	if at := strings.IndexAny(match[1], "<>&'\u2028"); at >= 0 {
		t.Errorf("the data holds %q", match[1][at:min(at+20, len(match[1]))])
	}
	var data struct {
		Title string
		Names []string
	}
	if err := json.Unmarshal([]byte(match[1]), &data); err != nil {
		t.Fatal(err)
	}
	want := hostileNames()
	want[6], want[7], want[8], want[9] = "a␀b␛[31m␡", "\ufffd\ufffd", "\ufffd\ufffd", "x\ufffdy\ufffdz"
	if data.Title != "</script>" || strings.Join(data.Names, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q and %q, want %q", data.Title, data.Names, want)
	}
}

// TestNothingToDraw: profiles without samples are files too.
func TestNothingToDraw(t *testing.T) {
	t.Parallel()
	empty := &flame.Tree{Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, Nodes: []flame.Node{{Name: -1, End: 1}}}
	if text := svgOf(t, flamepage.Tree(empty), flamepage.Options{}); !strings.Contains(text, "in total 0 s") {
		t.Errorf("got %.300s", text)
	}
	negative := smallTree()
	negative.Nodes[7].Self, negative.Nodes[7].Total, negative.Nodes[6].Total, negative.Nodes[0].Total = -300e6, -300e6, -300e6, 400e6
	text := svgOf(t, flamepage.Tree(negative), flamepage.Options{Width: 1000})
	if !strings.Contains(text, "without the sign") || !strings.Contains(text, "M700 ") {
		t.Errorf("a branch of negative weight is not as wide as its size: %.3000s", text)
	}
}

func TestLargePageIsSmall(t *testing.T) {
	t.Parallel()
	big := flame.Tree{Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, Nodes: []flame.Node{{Name: -1}}}
	for i := range 4000 {
		big.Names = append(big.Names, "example.org/service/part.(*Worker).Step"+strings.Repeat("x", i%7))
	}
	for branch := range 1200 {
		for depth := range int32(50) {
			n := flame.Node{Name: int32((branch*50 + int(depth)*7) % 4000), Depth: depth + 1, End: int32(branch)*50 + 51, Total: 10e6, Folded: 0}
			if depth == 49 {
				n.Self = 10e6
			}
			big.Nodes = append(big.Nodes, n)
		}
		big.Nodes[0].Total += 10e6
	}
	big.Nodes[0].End = int32(len(big.Nodes))
	for _, row := range []struct{ name, text string }{
		{"html", htmlOf(t, flamepage.Tree(&big), flamepage.Options{})},
		{"svg", svgOf(t, flamepage.Tree(&big), flamepage.Options{})},
	} {
		name, text := row.name, row.text
		if len(text) > 5<<20 {
			t.Errorf("%s of %d nodes is %d bytes", name, len(big.Nodes), len(text))
		}
		t.Logf("%s of %d nodes: %d bytes", name, len(big.Nodes), len(text))
	}
}
