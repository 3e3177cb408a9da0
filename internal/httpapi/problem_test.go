package httpapi_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/golden"
	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// refusal is a request that must be turned away before any draw.
type refusal struct {
	name, method, path, body string
	headers                  []string
	status                   int
	kind                     string
}

func (c refusal) send(p *port) *httptest.ResponseRecorder {
	return p.send(c.method, c.path, c.body, c.headers...)
}

func refusals() []refusal {
	long := strings.Repeat("x", 129)
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	twice := []string{"Idempotency-Key", "a", "Idempotency-Key", "a"}
	const good = `{"user":"u","request":"r"}`
	return []refusal{
		{"empty body", "POST", drawPath, "", nil, 400, "malformed-request"},
		{"not JSON", "POST", drawPath, "user=u", nil, 400, "malformed-request"},
		{"unknown field", "POST", drawPath, `{"user":"u","request":"r","amount":"2"}`, nil, 400, "malformed-request"},
		{"trailing data", "POST", drawPath, good + good, nil, 400, "malformed-request"},
		{"no user", "POST", drawPath, `{"request":"r"}`, nil, 400, "malformed-request"},
		{"no request", "POST", drawPath, `{"user":"u"}`, nil, 400, "malformed-request"},
		{"control character", "POST", drawPath, `{"user":"a\nb","request":"r"}`, nil, 400, "malformed-request"},
		{"header and field differ", "POST", drawPath, good, []string{"Idempotency-Key", "q"}, 400, "malformed-request"},
		{"two headers", "POST", drawPath, good, twice, 400, "malformed-request"},
		{"header's quote is not closed", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `"r`}, 400, "malformed-request"},
		{"header's quote is not opened", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `r"`}, 400, "malformed-request"},
		{"header is one quote", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `"`}, 400, "malformed-request"},
		{"header's last quote is escaped", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `"r\"`}, 400, "malformed-request"},
		{"header has a bare quote inside", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `"a"b"`}, 400, "malformed-request"},
		{"header has another escape", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `"a\n"`}, 400, "malformed-request"},
		{"header is a string with a parameter", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", `"a";b=1`}, 400, "malformed-request"},
		{"header is not UTF-8", "POST", drawPath, `{"user":"u"}`, []string{"Idempotency-Key", "\xff"}, 400, "malformed-request"},
		{"lookup without user", "GET", drawPath + "/r", "", nil, 400, "malformed-request"},
		{"lookup for two users", "GET", drawPath + "/r?user=a&user=b", "", nil, 400, "malformed-request"},
		{"unknown path", "GET", "/v2/draws", "", nil, 404, "unknown-path"},
		{"doubled slash", "POST", "/v1//activities/spring/draws", good, nil, 404, "unknown-path"},
		{"two dots", "POST", "/v1/x/../activities/spring/draws", good, nil, 404, "unknown-path"},
		{"two slashes", "GET", "//", "", nil, 404, "unknown-path"},
		{"root", "GET", "/", "", nil, 404, "unknown-path"},
		{"wrong method", "GET", drawPath, "", nil, 405, "method-not-allowed"},
		{"wrong method on a draw", "DELETE", drawPath + "/r?user=u", "", nil, 405, "method-not-allowed"},
		{"user too long", "POST", drawPath, `{"user":"` + long + `","request":"r"}`, nil, 413, "request-too-large"},
		{"body too large", "POST", drawPath, good + strings.Repeat(" ", httpapi.MaxDrawBody), nil, 413, "request-too-large"},
		{"a form", "POST", drawPath, good, form, 415, "unsupported-media-type"},
		{"no content type", "POST", drawPath, good, []string{"Content-Type", ""}, 415, "unsupported-media-type"},
		{"another charset", "POST", drawPath, good, []string{"Content-Type", "application/json; charset=iso-8859-1"}, 415, "unsupported-media-type"},
		{"empty charset", "POST", drawPath, good, []string{"Content-Type", `application/json; charset=""`}, 415, "unsupported-media-type"},
		{"broken content type", "POST", drawPath, good, []string{"Content-Type", "application/json; ="}, 415, "unsupported-media-type"},
	}
}

// TestProblemGolden pins status, headers and body of each refusal made here and
// of each kind a Drawer can give.
func TestProblemGolden(t *testing.T) {
	var out strings.Builder
	record := func(name string, w *httptest.ResponseRecorder) {
		fmt.Fprintf(&out, "== %s\n%d\n", name, w.Code)
		for _, h := range []string{"Content-Type", "Cache-Control", "Allow", "Retry-After", "WWW-Authenticate"} {
			if v := w.Header().Get(h); v != "" {
				fmt.Fprintf(&out, "%s: %s\n", h, v)
			}
		}
		fmt.Fprintf(&out, "\n%s", w.Body)
		checkProblem(t, w)
	}
	p := newPort(answering(lottery.Answer{}, nil))
	for _, c := range refusals() {
		record(c.name, c.send(p))
	}
	for _, kind := range httpapi.Kinds() {
		p := newPort(answering(lottery.Answer{}, lottery.Refuse(kind, "a sentence")))
		record("kind "+string(kind), p.send("POST", drawPath, `{"user":"u","request":"r"}`))
	}
	golden.Check(t, "problems.golden", out.String())
}

// checkProblem holds an answer to RFC 9457: media type, and a status member
// equal to the status sent.
func checkProblem(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	var p struct {
		Type, Title, Detail, Kind string
		Status                    int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Errorf("not JSON: %v: %s", err, w.Body)
		return
	}
	if p.Status != w.Code || p.Title == "" || p.Detail == "" || !strings.HasSuffix(p.Type, "#"+p.Kind) ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("not a problem document for status %d: %v %s", w.Code, w.Header(), w.Body)
	}
}

// TestEveryDomainKindHasAStatus reads the domain's source: a kind added there
// without an entry here would be answered 500.
func TestEveryDomainKindHasAStatus(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../lottery/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Kind") {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found++
		if !slices.Contains(httpapi.Kinds(), lottery.ErrorKind(text)) {
			t.Errorf("%s (%q) has no status", spec.Names[0].Name, text)
		}
		return true
	})
	if found < 15 {
		t.Errorf("found %d kinds in the domain's source; the test looks in the wrong place", found)
	}
}

// TestDocumentedStatuses compares the table in docs/http-api.md with what is
// served, both ways.
func TestDocumentedStatuses(t *testing.T) {
	text, err := os.ReadFile("../../docs/http-api.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| ([0-9]{3}) \\|").FindAllStringSubmatch(string(text), -1) {
		documented[row[1]] = row[2]
		if !strings.Contains(string(text), "#### "+row[1]+"\n") {
			t.Errorf("kind %s has no heading, so its problem type leads nowhere", row[1])
		}
	}
	for _, kind := range httpapi.Kinds() {
		w := newPort(answering(lottery.Answer{}, lottery.Refuse(kind, "x"))).send("POST", drawPath, `{"user":"u","request":"r"}`)
		if got := documented[string(kind)]; got != strconv.Itoa(w.Code) {
			t.Errorf("%s is answered %d and documented as %q", kind, w.Code, got)
		}
		delete(documented, string(kind))
	}
	for kind := range documented {
		t.Errorf("%s is documented and does not exist", kind)
	}
}
