package browsertest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flamepage"
	"github.com/lotteryctl/lotteryctl/internal/flamepage/internal/browsertest"
)

// view is a page open in the browser. All failures end the test.
type view struct {
	t        *testing.T
	browser  *browsertest.Browser
	requests *[]string // what the page asked the server for
}

// show opens a picture as "svg" or "html", from a server on loopback.
func show(t *testing.T, b *browsertest.Browser, what flamepage.Picture, format string, o flamepage.Options) view {
	t.Helper()
	var page bytes.Buffer
	write, contentType := what.WriteHTML, "text/html; charset=utf-8"
	if format == "svg" {
		write, contentType = what.WriteSVG, "image/svg+xml"
	}
	if err := write(&page, o); err != nil {
		t.Fatal(err)
	}
	return open(t, b, contentType, page.Bytes())
}

// open serves a page and opens it. At the end of the test the page must not have
// complained.
func open(t *testing.T, b *browsertest.Browser, contentType string, page []byte) view {
	t.Helper()
	var requests []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" { // browsers ask for it by themselves
			w.WriteHeader(http.StatusNoContent)
			return
		}
		requests = append(requests, r.URL.Path)
		w.Header().Set("Content-Type", contentType)
		w.Write(page)
	}))
	t.Cleanup(server.Close)
	v := view{t, b, &requests}
	t.Cleanup(v.nothingWrong)
	v.must(b.Resize(1200, 900))
	v.must(b.Open(server.URL + "/"))
	return v
}

// nothingWrong fails the test if the page complained.
func (v view) nothingWrong() {
	complaints, err := v.browser.Complaints()
	if err != nil || len(complaints) > 0 {
		v.t.Errorf("the console says %q (%v)", complaints, err)
	}
}

func (v view) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

func run[T any](v view, body string, arguments ...any) T {
	v.t.Helper()
	var result T
	v.must(v.browser.Run(body, &result, arguments...))
	return result
}

// text is what an element shows.
func (v view) text(selector string) string {
	v.t.Helper()
	return run[string](v, `return document.querySelector(arguments[0]).textContent`, selector)
}

// labels are the texts in frames, in preorder.
func (v view) labels() []string {
	v.t.Helper()
	return run[[]string](v, `
		return [...document.querySelectorAll(".frames text")].sort((a, b) => a.dataset.frame - b.dataset.frame).map(t => t.textContent)`)
}

type box struct{ X, Y, Width, Height float64 }

func (v view) box(selector string) box {
	v.t.Helper()
	return run[box](v, `
		const element = document.querySelector(arguments[0]);
		if (!element) return {X: 0, Y: 0, Width: 0, Height: 0};
		const r = element.getBoundingClientRect(); return {X: r.x, Y: r.y, Width: r.width, Height: r.height}`, selector)
}

// click presses the mouse in the middle of an element.
func (v view) click(selector string) {
	v.t.Helper()
	run[any](v, `document.querySelector(arguments[0])?.scrollIntoView({ block: "center" })`, selector)
	b := v.box(selector)
	if b.Width == 0 || b.Height == 0 {
		v.t.Fatalf("%s is not shown", selector)
	}
	v.must(v.browser.Click(b.X+b.Width/2, b.Y+b.Height/2))
}

func (v view) keys(keys string) {
	v.t.Helper()
	v.must(v.browser.Type(keys))
}

// frame selects the text in the frame of a node.
func frame(node int) string { return fmt.Sprintf(`.frames text[data-frame="%d"]`, node) }

func (v view) equal(what string, got, want any) {
	v.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		v.t.Errorf("%s: got %q, want %q", what, fmt.Sprint(got), fmt.Sprint(want))
	}
}

func (v view) holds(what, got string, parts ...string) {
	v.t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			v.t.Errorf("%s: got %q, want %q in it", what, got, part)
		}
	}
}

// fold reads stacks in folded form: "a;b;c 12" a line.
func fold(t *testing.T, text string) *flame.Tree {
	t.Helper()
	p, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := flame.Fold(p, 0, flame.FoldOptions{MinShare: -1})
	if err != nil {
		t.Fatal(err)
	}
	tree.Type = stackprofile.ValueType{Name: "cpu", Unit: "milliseconds"}
	return tree
}

// shop has ten milliseconds. In preorder, children by weight: 0 all, 1 serve,
// 2 Add, 3 Marshal, 4 Marshal below itself, 5 mallocgc, 6 bgsweep.
const shop = `net/http.(*conn).serve;example.org/shop.Add;encoding/json.Marshal 200
net/http.(*conn).serve;example.org/shop.Add;encoding/json.Marshal;encoding/json.Marshal 300
net/http.(*conn).serve;example.org/shop.Add;runtime.mallocgc 100
net/http.(*conn).serve 100
runtime.bgsweep 300
`
