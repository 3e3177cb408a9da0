package browsertest_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/flamepage/internal/browsertest"
)

// hostile are names that try to leave their document, and those that are hard to
// show; below each what is shown, where that differs.
func hostile() (names []string, shown []string) {
	for _, row := range [][]string{
		{`<script>window.pwned = 1</script>`}, {`</script><script>window.pwned = 1</script>`}, {`]]><script>window.pwned = 1</script>`},
		{`<!--<script>window.pwned = 1`}, {`<img src=x onerror="window.pwned = 1">`}, {`"><svg onload=window.pwned=1>`},
		{`" onmouseover="window.pwned = 1`}, {`' autofocus onfocus='window.pwned = 1`}, {"${window.pwned = 1}`"}, {`javascript:window.pwned=1`},
		{`&lt;b&gt; &amp; &#60;`}, {`\u003cb\u003e \\ \"`}, {`.*+?^${}()|[]\/`}, {`控制/函数.(*结构).处理`}, {`𝒻𝓊𝓃𝒸`}, {"line\u2028end"[:4]},
		{"nul\x00 escape\x1b del\x7f", "nul␀ escape␛ del␡"}, {"\xff\xfe", "\ufffd\ufffd"}, {"a\u202eb", "a\ufffdb"}, {"\uffff", "\ufffd"},
	} {
		names, shown = append(names, row[0]), append(shown, row[len(row)-1])
	}
	return names, shown
}

func testHostileNames(t *testing.T, b *browsertest.Browser, format string) {
	names, shown := hostile()
	tree := &flame.Tree{Type: stackprofile.ValueType{Name: names[1], Unit: names[2]}, Names: names, Nodes: []flame.Node{{Name: -1, End: int32(len(names)) + 1}}}
	for i := range names {
		tree.Nodes = append(tree.Nodes, flame.Node{Name: int32(i), Depth: 1, End: int32(i) + 2, Total: 1, Self: 1})
		tree.Nodes[0].Total++
	}
	v := show(t, b, flamepage.Tree(tree), format, flamepage.Options{Title: names[0], Subtitle: names[2], Notes: names})
	for i, want := range shown {
		v.click(frame(0)) // all of them are seen
		place := run[[2]box](v, `
			return [".chart", arguments[0]].map(s => { const r = document.querySelector(s).getBoundingClientRect(); return {X: r.x, Y: r.y, Width: r.width, Height: r.height} })`, frame(0))
		chart, root := place[0], place[1]
		v.must(b.Click(chart.X+chart.Width*(float64(i)+0.5)/float64(len(shown)), root.Y+25))
		seen := run[[2]string](v, `return [document.querySelector(".status .name").textContent, document.querySelector(".crumbs button:last-child").title]`)
		v.equal("status", seen[0], want)
		v.equal("crumb", seen[1], want)
	}
	v.keys("u")
	v.equal("notes", run[[]string](v, `return [...document.querySelectorAll(".notes li")].map(n => n.textContent)`), shown)
	v.equal("title", v.text("h1"), names[0])
	if format == "html" {
		v.equal("table", run[int](v, `return document.querySelectorAll("tbody tr").length`), len(names))
		v.click("tbody tr:nth-child(13) button") // a name full of signs is searched for literally
		v.holds("search", v.text(".matched"), "5 % matched")
	}
	v.equal("elements that a name made", run[int](v, `return document.querySelectorAll("img, b, [onload], [onmouseover], [onerror], [onfocus]").length`), 0)
	v.equal("pwned", run[bool](v, `return "pwned" in window`), false)
	v.equal("requests", *v.requests, []string{"/"})
}

// planted is a diff with one regression, one frame that vanished, and noise.
func planted() *flame.Diff {
	nan := math.NaN()
	noise := func(old, now float64) flame.Change { return flame.Change{Old: old, New: now, Low: -9, High: 9, P: 1} }
	grew := flame.Change{Old: 12300, New: 18450.5, Low: 5900, High: 6400, P: 0.004, Significance: flame.Grew}
	gone := flame.Change{Old: 4000, Low: -4200, High: -3800, P: 0.0001, Significance: flame.Vanished}
	none := flame.Change{Low: nan, High: nan, P: nan}
	return &flame.Diff{
		Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, Basis: flame.PerRequest, Unit: "ns/request", Evidence: flame.FromRounds,
		Old: flame.Side{Profiles: 5}, New: flame.Side{Profiles: 5},
		Names: []string{"net/http.(*conn).serve", "encoding/json.Marshal", "example.org/shop.Old", "runtime.bgsweep"},
		Nodes: []flame.DiffNode{
			{Name: -1, End: 5, Total: noise(36300, 38450.5), Self: none},
			{Name: 0, Depth: 1, End: 4, Total: flame.Change{Old: 16300, New: 18450.5, Low: 2000, High: 2300, P: 0.01, Significance: flame.Grew}, Self: none},
			{Name: 1, Depth: 2, End: 3, Total: grew, Self: grew},
			{Name: 2, Depth: 2, End: 4, Total: gone, Self: gone},
			{Name: 3, Depth: 1, End: 5, Total: noise(20000, 20000), Self: noise(20000, 20000)},
		},
		Causes:    []int{2, 3},
		Functions: []flame.FunctionChange{{Name: 1, Total: grew, Self: grew}, {Name: 2, Total: gone, Self: gone}, {Name: 3, Total: noise(20000, 20000), Self: noise(20000, 20000)}},
	}
}

// colourAt is the color under the text of a frame's node: "red", "blue", "grey".
func (v view) colourAt(node int) string {
	v.t.Helper()
	rgb := run[[]int](v, `
		const place = document.querySelector(arguments[0]).getBoundingClientRect();
		const paths = [...document.querySelectorAll(".frames path[class^=p]")];
		const at = new DOMPoint(place.x, place.y + 6).matrixTransform(paths[0].getScreenCTM().inverse());
		return getComputedStyle(paths.find(p => p.isPointInFill(at))).fill.match(/\d+/g).map(Number)`, frame(node))
	switch red, blue := rgb[0], rgb[2]; {
	case red > blue+25:
		return "red"
	case blue > red+25:
		return "blue"
	}
	return "grey"
}

func testDiffColours(t *testing.T, b *browsertest.Browser, format string) {
	v := show(t, b, flamepage.Diff(planted()), format, flamepage.Options{Notes: []string{"a doubt"}})
	colours := func() string {
		var all []string
		for node := range 5 {
			all = append(all, v.colourAt(node))
		}
		return strings.Join(all, " ")
	}
	v.equal("colours of frames with all below", colours(), "grey red red blue grey")
	v.equal("hatched: what vanished", run[int](v, `return document.querySelectorAll(".frames path.hatch").length`), 1)
	v.click(".tools .self")
	v.equal("colours of frames alone", colours(), "grey grey red blue grey")
	v.click(".tools .self")
	v.holds("labels", strings.Join(v.labels(), " "), "json.Marshal  +50.0 %", "Old")
	v.holds("head", v.text(".flame header"), "per request served (ns/request)", "5 profiles before and 5 profiles after", "a doubt")
	v.holds("causes", v.text(".causes"), "encoding/json.Marshal", "12.3 µs/request before, 18.5 µs after: 6.15 µs more (+50.0 %)")

	v.click(frame(2))
	v.holds("words", v.text(".status"), "between 5.9 µs and 6.4 µs more, p = 0.004, corrected for all frames")
	v.keys("u")
	v.click(frame(3))
	v.holds("vanished", v.text(".status"), "vanished: 4 µs/request before, nothing after", "between 3.8 µs and 4.2 µs less", "p = 0.0001")
	v.keys(browsertest.Escape)
	v.click(frame(4))
	v.holds("noise", v.text(".status"), "within noise")
	v.keys("/Marshal|Old")
	v.holds("matched", v.text(".matched"), "16.3 µs/request before, 18.5 µs/request after")
}

func testDiffTable(t *testing.T, b *browsertest.Browser) {
	v := show(t, b, flamepage.Diff(planted()), "html", flamepage.Options{})
	rows := run[[]string](v, `return [...document.querySelectorAll("tbody tr")].map(r => r.textContent)`)
	v.equal("rows", len(rows), 3)
	v.holds("first row", rows[0], "12.3 µs", "18.5 µs", "6.15 µs more", "+50.0 %", "0.004", "grew", "encoding/json.Marshal")
	v.holds("second row", rows[1], "gone", "vanished", "0.0001")
	v.holds("third row", rows[2], "within noise")
	v.equal("heading", v.text("h2"), "What changed in functions and all below them, per request")
	v.click(".causes li:nth-child(2) button")
	v.holds("a cause zooms", v.text(".crumbs"), "shop.Old")
}

func testTable(t *testing.T, b *browsertest.Browser) {
	v := show(t, b, flamepage.Tree(fold(t, shop)), "html", flamepage.Options{})
	column := func(n int) string {
		return strings.Join(run[[]string](v, `return [...document.querySelectorAll("tbody tr")].map(r => r.cells[arguments[0]].textContent)`, n), " | ")
	}
	v.equal("sorted by self", column(4), "encoding/json.Marshal | runtime.bgsweep | net/http.(*conn).serve | runtime.mallocgc | example.org/shop.Add")
	v.equal("self", column(0), "500 ms | 300 ms | 100 ms | 100 ms | 0 s")
	v.equal("total, recursion once", column(2), "500 ms | 300 ms | 700 ms | 100 ms | 600 ms")
	v.equal("shares", column(3), "50 % | 30 % | 70 % | 10 % | 60 %")
	v.click("thead th:nth-child(3) button")
	v.equal("sorted by total", column(2), "700 ms | 600 ms | 500 ms | 300 ms | 100 ms")
	v.click("thead th:nth-child(3) button")
	v.equal("and back", column(2), "100 ms | 300 ms | 500 ms | 600 ms | 700 ms")
	v.click("tbody tr:nth-child(3) button")
	v.holds("a row searches", v.text(".matched"), "50 % matched")
	v.equal("the row stands out", run[int](v, `return document.querySelectorAll("tbody tr.dim").length`), 4)
}

// testLargeTree zooms where a hundred thousand nodes are. What it took is
// logged: times are no test.
func testLargeTree(t *testing.T, b *browsertest.Browser, format string) {
	tree := largeTree(2000, 50)
	v := show(t, b, flamepage.Tree(tree), format, flamepage.Options{})
	elements := run[int](v, `return document.querySelectorAll(".frames *").length`)
	if elements > 5000 {
		t.Errorf("%d nodes make %d elements", len(tree.Nodes), elements)
	}
	place := v.box(".chart")
	took := run[[]float64](v, `
		const [x, y] = arguments, frames = document.querySelector(".frames"), times = [];
		for (let round = 0; round < 10; round++) {
			const begin = performance.now();
			frames.dispatchEvent(new MouseEvent("click", { clientX: x, clientY: frames.getBoundingClientRect().top + (round % 2 ? 9 : 27), bubbles: true }));
			frames.getBoundingClientRect(); // lays out
			times.push(performance.now() - begin);
		}
		return times`, place.X+20, place.Y)
	t.Logf("%d nodes, %d elements; zooming in and out took %.1f ms each", len(tree.Nodes), elements, took)
	v.click(frame(1))
	v.holds("zoomed", v.text(".status"), "of the zoomed frame")
}

// largeTree has branches of so many nodes, the first the widest.
func largeTree(branches, depth int) *flame.Tree {
	t := &flame.Tree{Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, Nodes: []flame.Node{{Name: -1}}}
	for i := range 3000 {
		t.Names = append(t.Names, fmt.Sprintf("example.org/part%d.(*Worker).Step%d", i%60, i))
	}
	for branch := range branches {
		weight := int64(1_000_000 + 100_000_000/(branch+1))
		end := int32((branch+1)*depth + 1)
		for d := range depth {
			n := flame.Node{Name: int32((branch*7 + d*13) % len(t.Names)), Depth: int32(d) + 1, End: end, Total: weight}
			if d == depth-1 {
				n.Self = weight
			}
			t.Nodes = append(t.Nodes, n)
		}
		t.Nodes[0].Total += weight
	}
	t.Nodes[0].End = int32(len(t.Nodes))
	return t
}
