package browsertest_test

import (
	"math"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/flamepage/internal/browsertest"
)

// TestInBrowser tries everything in one browser, which takes a second to start.
func TestInBrowser(t *testing.T) {
	b, err := browsertest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, format := range []string{"svg", "html"} {
		try := func(name string, test func(t *testing.T, b *browsertest.Browser, format string)) {
			t.Run(name+"/"+format, func(t *testing.T) { test(t, b, format) })
		}
		try("mouse", testMouse)
		try("search", testSearch)
		try("keyboard", testKeyboard)
		try("resize", testResize)
		try("hostile names", testHostileNames)
		try("colours of a diff", testDiffColours)
		try("a large tree", testLargeTree)
	}
	t.Run("table", func(t *testing.T) { testTable(t, b) })
	t.Run("table of changes", func(t *testing.T) { testDiffTable(t, b) })
	t.Run("console", func(t *testing.T) { testConsole(t, b) })
	t.Run("figures", func(t *testing.T) { testFigures(t, b) })
	t.Run("empty", func(t *testing.T) { testEmpty(t, b) })
	t.Run("still picture", func(t *testing.T) { testStillPicture(t, b) })
}

func testMouse(t *testing.T, b *browsertest.Browser, format string) {
	v := show(t, b, flamepage.Tree(fold(t, shop)), format, flamepage.Options{Title: "Shop", Subtitle: "of 30 s"})
	v.equal("labels", strings.Join(v.labels(), " "), "all http.(*conn).serve shop.Add json.Marshal json.Marshal mallocgc runtime.bgsweep")
	v.holds("head", v.text(".flame header"), "Shop", "of 30 s")
	chart := v.box(".chart").Width
	place := v.box(frame(3))
	v.must(b.Point(place.X+5, place.Y+5))
	v.holds("tip", v.text(".tip"), "encoding/json.Marshal", "Total 500 ms: 50 % of all", "Self 200 ms: 20 % of all")
	if width := v.box(".frames .hover").Width; math.Abs(width-chart/2) > 2 {
		t.Errorf("a frame of half the time is %g of %g wide", width, chart)
	}

	v.click(frame(2))
	v.equal("labels when zoomed", strings.Join(v.labels(), " "), "all http.(*conn).serve shop.Add json.Marshal json.Marshal runtime.mallocgc")
	v.equal("callers, put back", run[int](v, `return document.querySelectorAll(".frames text.above").length`), 2)
	v.equal("crumbs", v.text(".crumbs"), "all › http.(*conn).serve › shop.Add")
	v.holds("status", v.text(".status"), "example.org/shop.Add", "Total 600 ms: 60 % of all, 100 % of the zoomed frame")
	if width := v.box(".frames .focus").Width; math.Abs(width-chart) > 2 {
		t.Errorf("the zoomed frame is %g of %g wide", width, chart)
	}
	place = v.box(frame(3))
	v.must(b.Point(place.X+5, place.Y+5))
	if width := v.box(".frames .hover").Width; math.Abs(width-chart*5/6) > 2 {
		t.Errorf("a frame of 5/6 of the zoomed one is %g of %g wide", width, chart)
	}

	v.click(".crumbs button:nth-of-type(2)")
	v.equal("crumbs after a click in them", v.text(".crumbs"), "all › http.(*conn).serve")
	v.click(".tools .reset")
	v.equal("crumbs after reset", v.text(".crumbs"), "all")
	v.equal("frames after reset", len(v.labels()), 7)
	v.equal("requests", *v.requests, []string{"/"})
}

func testSearch(t *testing.T, b *browsertest.Browser, format string) {
	v := show(t, b, flamepage.Tree(fold(t, shop)), format, flamepage.Options{})
	v.keys("/json\\.")
	v.holds("a match below a match counts once", v.text(".matched"), "50 % matched (500 ms)")
	v.equal("matched frames", run[int](v, `return document.querySelectorAll(".frames text:not(.dim)").length`), 2)
	v.equal("matched paths", run[int](v, `return document.querySelectorAll(".frames path.match").length`), 1)

	v.keys(browsertest.Enter) // back to the chart
	v.click(frame(2))
	v.holds("in a zoomed frame", v.text(".matched"), "50 % matched (500 ms), 83.3 % of the zoomed frame")
	v.keys("/MARSHAL")
	v.holds("a capital asks for capitals", v.text(".matched"), "0 % matched")
	v.keys("(")
	v.holds("not an expression", v.text(".matched"), "not a regular expression")
	v.equal("marked", run[string](v, `return document.querySelector("input").getAttribute("aria-invalid")`), "true")
	v.keys(browsertest.Escape)
	v.equal("after Esc", v.text(".matched")+run[string](v, `return document.querySelector("input").value`)+v.text(".crumbs"), "all")
	v.equal("dim frames after Esc", run[int](v, `return document.querySelectorAll(".frames .dim").length`), 0)

	v.click(".legend .chip")
	v.holds("a package of the legend", v.text(".matched"), "50 % matched")
}

func testKeyboard(t *testing.T, b *browsertest.Browser, format string) {
	v := show(t, b, flamepage.Tree(fold(t, shop)), format, flamepage.Options{})
	focused := func(step, want string) {
		t.Helper()
		v.equal("focus after "+step, run[string](v, `return document.querySelector(".status .name").textContent`), want)
	}
	v.keys(browsertest.Down)
	focused("the first key", "all")
	v.keys(browsertest.Down)
	focused("down", "net/http.(*conn).serve")
	v.keys(browsertest.Right)
	focused("right", "runtime.bgsweep")
	v.keys(browsertest.Right)
	focused("right at the end", "runtime.bgsweep")
	v.keys(browsertest.Left + browsertest.Down + browsertest.Down + browsertest.Right)
	focused("left, down, down, right", "runtime.mallocgc")
	v.keys(browsertest.Up)
	focused("up", "example.org/shop.Add")
	v.keys(browsertest.Enter)
	v.equal("Enter zooms", v.text(".crumbs"), "all › http.(*conn).serve › shop.Add")
	v.keys("u")
	v.equal("u zooms out", v.text(".crumbs"), "all › http.(*conn).serve")
	v.keys(browsertest.Backspace)
	v.equal("Backspace zooms out", v.text(".crumbs"), "all")

	v.keys(browsertest.Escape)
	if v.box(frame(0)).Y > v.box(frame(1)).Y {
		t.Error("the root is not on top")
	}
	v.keys("i")
	if v.box(frame(0)).Y < v.box(frame(1)).Y {
		t.Error("i does not bring the root to the bottom")
	}
	v.keys(browsertest.Escape + browsertest.Up + browsertest.Up)
	focused("up, in a flame", "net/http.(*conn).serve")
	v.equal("help before", v.box(".help").Height, 0)
	v.keys("?")
	if v.box(".help").Height == 0 {
		t.Error("? shows no help")
	}
}

func testResize(t *testing.T, b *browsertest.Browser, format string) {
	v := show(t, b, flamepage.Tree(fold(t, shop)), format, flamepage.Options{})
	wide := v.box(".frames").Width
	v.must(b.Resize(500, 800))
	// The window's new size reaches the page with its next picture.
	v.must(b.Run(`return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))`, nil))
	narrow := v.box(".frames").Width
	if narrow >= wide || narrow < 300 {
		t.Errorf("the picture is %g wide, and was %g", narrow, wide)
	}
	outside := run[[]string](v, `
		const right = document.querySelector(".frames").getBoundingClientRect().right;
		return [...document.querySelectorAll(".frames text")].filter(t => t.getBoundingClientRect().right > right).map(t => t.textContent)`)
	v.equal("texts that stand out", outside, []string{})
	v.equal("wider than the window", run[bool](v, `const e = document.querySelector(".flame"); return e.scrollWidth > e.clientWidth`), false)
}

func testStillPicture(t *testing.T, b *browsertest.Browser) {
	var svg strings.Builder
	if err := flamepage.Tree(fold(t, shop)).WriteSVG(&svg, flamepage.Options{Width: 640}); err != nil {
		t.Fatal(err)
	}
	page := `<!DOCTYPE html><img src="data:image/svg+xml;charset=utf-8,` + percentEncoded(svg.String()) + `">`
	v := open(t, b, "text/html; charset=utf-8", []byte(page))
	size := run[[]float64](v, `const i = document.querySelector("img"); return [i.complete ? 1 : 0, i.naturalWidth]`)
	v.equal("loaded, and its width", size, []float64{1, 640})
	// 1 is the tree's first row below the root: a color, not the background.
	pixel := run[[]int](v, `
		const image = document.querySelector("img"), canvas = document.createElement("canvas");
		canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
		const context = canvas.getContext("2d");
		context.drawImage(image, 0, 0);
		return [...context.getImageData(400, 78, 1, 1).data]`)
	if pixel[3] != 255 || pixel[0] > 250 && pixel[1] > 250 && pixel[2] > 250 {
		t.Errorf("no frame is drawn at its place: %v", pixel)
	}
}

func percentEncoded(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteByte('%')
		b.WriteByte("0123456789ABCDEF"[c>>4])
		b.WriteByte("0123456789ABCDEF"[c&15])
	}
	return b.String()
}

// testConsole plants errors, of which every other test relies on being told.
func testConsole(t *testing.T, b *browsertest.Browser) {
	page := strings.Replace(pageOf(t), "</body>", "<script>undefinedName()</script><img src='http://127.0.0.1:1/x.png'></body>", 1)
	server := open(t, b, "text/html; charset=utf-8", []byte(page))
	complaints, err := b.Complaints()
	server.must(err)
	server.holds("console", strings.Join(complaints, " "), "undefinedName is not defined", "Content Security Policy")
}

func pageOf(t *testing.T) string {
	t.Helper()
	var page strings.Builder
	if err := flamepage.Tree(fold(t, shop)).WriteHTML(&page, flamepage.Options{}); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func testEmpty(t *testing.T, b *browsertest.Browser) {
	empty := &flame.Tree{Type: stackprofile.ValueType{Name: "cpu", Unit: "nanoseconds"}, Nodes: []flame.Node{{Name: -1, End: 1}}}
	v := show(t, b, flamepage.Tree(empty), "html", flamepage.Options{Flame: true})
	v.click(frame(0))
	v.holds("status", v.text(".status"), "Total 0 s: 0 % of all")
	nothing := &flame.Diff{Nodes: []flame.DiffNode{{Name: -1, End: 1}}, Evidence: flame.FromNothing}
	v = show(t, b, flamepage.Diff(nothing), "html", flamepage.Options{})
	v.click(frame(0))
	v.holds("status", v.text(".status"), "nothing on either side")
}
