package loadgen

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// testFiles are the files templates may read in tests.
func testFiles() fstest.MapFS {
	return fstest.MapFS{
		"words.txt": {Data: []byte("one\r\n\ntwo\nthree with space")},
		"empty.txt": {Data: []byte("\n\n")},
	}
}

// renderAll returns the request bytes of the first n requests of a plan.
func renderAll(t testing.TB, p Plan, n int64) []string {
	t.Helper()
	p = p.withDefaults()
	req, err := compileRequest(&p)
	if err != nil {
		t.Fatal(err)
	}
	var w wire
	var out []string
	for i := range n {
		req.render(&w, i)
		out = append(out, string(w.bytes))
	}
	return out
}

// body renders the bodies of the first n requests.
func bodies(t testing.TB, template string, seed uint64, n int64) []string {
	t.Helper()
	var out []string
	for _, text := range renderAll(t, Plan{URL: "http://h", Body: template, Files: testFiles(), Seed: seed}, n) {
		_, body, _ := strings.Cut(text, "\r\n\r\n")
		out = append(out, body)
	}
	return out
}

func TestTemplates(t *testing.T) {
	tests := []struct{ name, template, pattern string }{
		{"no placeholder", `{"a":{"b":1}}`, `^\{"a":\{"b":1\}\}$`},
		{"seq", "{{seq}}", `^0$`},
		{"spaces do not matter", "{{  seq }}", `^0$`},
		{"user", "{{user}}", `^user-\d{1,4}$`},
		{"uuid", "{{uuid}}", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		{"pick", "{{pick a b c}}", `^[abc]$`},
		{"line", "{{line words.txt}}", `^one$`},
		{"between text", "<{{seq}}>", `^<0>$`},
		{"quoted", `a{{"{{"}}b`, `^a\{\{b$`},
		{"quoted, with blanks", `{{ "{{user" }}}}`, `^\{\{user\}\}$`},
		{"quoted quotes", `{{"""}}{{""}}`, `^"$`},
		{"side by side", "{{seq}}{{seq}}", `^00$`},
		{"closing braces alone", "}} {{seq}} }}", `^}} 0 }}$`},
		{"single braces", "{seq}", `^\{seq\}$`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := bodies(t, tt.template, 1, 1)[0]; !regexp.MustCompile(tt.pattern).MatchString(got) {
				t.Errorf("%s became %q, want %s", tt.template, got, tt.pattern)
			}
		})
	}
}

func TestTemplateErrors(t *testing.T) {
	tests := []struct {
		name string
		plan Plan
		want []string // parts of the sentence
	}{
		{"unknown", Plan{Body: "ab {{usr}}"}, []string{"body", "byte 4", `"usr"`, "{{user}}", "{{line FILE}}", `write {{"{{"}} for {{ itself`}},
		{"unknown in header", Plan{Header: http.Header{"X-A": {"{{nope}}"}}}, []string{"header X-A", "byte 1", `"nope"`}},
		{"unknown in URL", Plan{URL: "http://h/a?{{nope}}"}, []string{"URL", "byte 4", `"nope"`}},
		{"empty", Plan{Body: "{{}}"}, []string{"byte 1", "empty"}},
		{"unclosed", Plan{Body: "x{{seq"}, []string{"byte 2", "}}", `{{"{{"}}`}},
		{"half a quotation", Plan{Body: `{{"}}`}, []string{"byte 1", `{{"{{"}}`}},
		{"pick nothing", Plan{Body: "{{pick}}"}, []string{"pick a b c"}},
		{"too many words", Plan{Body: "{{seq 1}}"}, []string{"seq", `"1"`}},
		{"line without files", Plan{Body: "{{line a}}", Files: nil}, []string{"line a", "no files"}},
		{"missing file", Plan{Body: "{{line a}}", Files: testFiles()}, []string{"line a", "not exist"}},
		{"empty file", Plan{Body: "{{line empty.txt}}", Files: testFiles()}, []string{"empty.txt", "no lines"}},
		{"host", Plan{URL: "http://{{user}}/"}, []string{"not in the host"}},
		{"space in URL", Plan{URL: "http://h/a b"}, []string{"byte 3", "space", "%20"}},
		{"line break in header", Plan{Header: http.Header{"X-A": {"a\r\nB: c"}}}, []string{"X-A", "byte 2", "not allowed"}},
		{"header name", Plan{Header: http.Header{"X A": {"a"}}}, []string{`"X A"`}},
		{"length header", Plan{Header: http.Header{"Content-Length": {"3"}}}, []string{"Content-Length", "computed"}},
		{"method", Plan{Method: "G T"}, []string{`"G T"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := tt.plan
			p.Rate = 1
			if p.URL == "" {
				p.URL = "http://h"
			}
			err := p.Check()
			if err == nil {
				t.Fatal("the plan was accepted")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestPlanCheckNumbers(t *testing.T) {
	tests := []struct {
		name string
		spot func(*Plan)
	}{
		{"no rate", func(p *Plan) { p.Rate = 0 }},
		{"negative rate", func(p *Plan) { p.Rate = -1 }},
		{"arrivals", func(p *Plan) { p.Arrivals = "bursty" }},
		{"duration", func(p *Plan) { p.Duration = -1 }},
		{"warm-up", func(p *Plan) { p.Warmup = -1 }},
		{"timeout", func(p *Plan) { p.Timeout = -1 }},
		{"connections", func(p *Plan) { p.Connections = -2 }},
		{"closed without a cap", func(p *Plan) { p.Arrivals, p.Connections = Closed, NoCap }},
		{"users", func(p *Plan) { p.Users = -1 }},
		{"max body", func(p *Plan) { p.MaxBody = -1 }},
		{"pid", func(p *Plan) { p.ServerPID = -1 }},
		{"client", func(p *Plan) { p.Client = "curl" }},
		{"no scheme", func(p *Plan) { p.URL = "localhost:80" }},
		{"other scheme", func(p *Plan) { p.URL = "ftp://h" }},
		{"no host", func(p *Plan) { p.URL = "http:///x" }},
		{"bad port", func(p *Plan) { p.URL = "http://h:port/x" }},
	}
	for _, tt := range tests {
		p := Plan{URL: "http://h/x", Rate: 1}
		if err := p.Check(); err != nil {
			t.Fatalf("the sound plan was refused: %v", err)
		}
		if tt.spot(&p); p.Check() == nil {
			t.Errorf("%s: the plan was accepted", tt.name)
		}
	}
}

func TestEqualPlaceholdersAreEqualWithinARequest(t *testing.T) {
	p := Plan{
		URL: "http://h/u/{{user}}?r={{uuid}}", Body: `{"user":"{{user}}","request":"{{uuid}}","other":"{{uuid b}}"}`,
		Header: http.Header{"Idempotency-Key": {"{{uuid}}"}}, Seed: 9,
	}
	shape := regexp.MustCompile(`(?s)^POST /u/(\S+)\?r=(\S+) HTTP/1.1\r\n.*Idempotency-Key: (\S+)\r\n.*"user":"(.*)","request":"(.*)","other":"(.*)"`)
	seen := map[string]bool{}
	for i, text := range renderAll(t, p, 200) {
		m := shape.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("request %d is\n%s", i, text)
		}
		if m[1] != m[4] || m[2] != m[3] || m[2] != m[5] {
			t.Errorf("request %d: equal placeholders differ: %q", i, m[1:])
		}
		if m[6] == m[5] {
			t.Errorf("request %d: {{uuid b}} equals {{uuid}}", i)
		}
		if seen[m[2]] {
			t.Errorf("request %d repeats a uuid", i)
		}
		seen[m[2]] = true
	}
}

func TestRenderingIsAFunctionOfSeedAndNumber(t *testing.T) {
	const template = "{{user}} {{uuid}} {{pick a b c d}} {{seq}}"
	first, again, other := bodies(t, template, 1, 50), bodies(t, template, 1, 50), bodies(t, template, 2, 50)
	for i := range first {
		if first[i] != again[i] {
			t.Errorf("request %d: %q, then %q under the same seed", i, first[i], again[i])
		}
		if first[i] == other[i] {
			t.Errorf("request %d is the same under two seeds: %q", i, first[i])
		}
	}
}

func TestPopulationAndPickAreEven(t *testing.T) {
	const n = 40_000
	p := Plan{URL: "http://h", Body: "{{user}} {{pick x y}}", Users: 4}
	counts := map[string]int{}
	for _, text := range renderAll(t, p, n) {
		_, body, _ := strings.Cut(text, "\r\n\r\n")
		counts[body]++
	}
	if len(counts) != 8 {
		t.Fatalf("%d combinations of 4 users and 2 words: %v", len(counts), counts)
	}
	for body, k := range counts { // standard deviation is 66
		if k < n/8-400 || k > n/8+400 {
			t.Errorf("%q came %d times, want about %d", body, k, n/8)
		}
	}
}

func TestLinesComeInOrderAndAgain(t *testing.T) {
	got := strings.Join(bodies(t, "{{line words.txt}}", 0, 4), "|")
	if want := "one|two|three with space|one"; got != want {
		t.Errorf("lines are %q, want %q", got, want)
	}
}

func TestValuesCannotBreakTheRequest(t *testing.T) {
	files := fstest.MapFS{"f": {Data: []byte("a b\x01\tc%\n")}}
	got := renderAll(t, Plan{
		URL: "http://h/{{line f}}", Header: http.Header{"X-V": {"{{line f}}"}}, Body: "{{line f}}", Files: files,
	}, 1)[0]
	for _, want := range []string{"POST /a%20b%01%09c% HTTP/1.1\r\n", "X-V: a b \tc%\r\n", "\r\n\r\na b\x01\tc%"} {
		if !strings.Contains(got, want) {
			t.Errorf("request lacks %q:\n%q", want, got)
		}
	}
}

func TestRequestBytes(t *testing.T) {
	got := renderAll(t, Plan{
		URL: "http://me:secret@h:8080?q=1#part", Method: "PUT",
		Header: http.Header{"b": {"2"}, "A": {" 1 ", "3"}, "Content-Type": {"text/plain"}}, Body: "hello",
	}, 1)[0]
	want := "PUT /?q=1 HTTP/1.1\r\nHost: h:8080\r\nA: 1\r\nA: 3\r\nAuthorization: Basic bWU6c2VjcmV0\r\n" +
		"Content-Type: text/plain\r\nUser-Agent: lotteryctl-loadgen\r\nB: 2\r\nContent-Length: 5\r\n\r\nhello"
	if got != want {
		t.Errorf("request is\n%q, want\n%q", got, want)
	}
}

// TestLiteralBraces has text that looks like a placeholder in each place that may
// have some: it arrives as written, and every request is still the same.
func TestLiteralBraces(t *testing.T) {
	p := Plan{
		URL: `http://h/{{"{{"}}name}}?q={{"{{x}"}}`, Header: http.Header{"X-V": {`{{"{{"}} .Values.a }}`}},
		Body: `{"text":"Hello {{"{{"}}name}}, {{"{{"}}{seq}}}"}`,
	}
	got := renderAll(t, p, 2)
	for _, want := range []string{
		"POST /%7B%7Bname%7D%7D?q=%7B%7Bx%7D HTTP/1.1\r\n", "X-V: {{ .Values.a }}\r\n", "\r\n\r\n" + `{"text":"Hello {{name}}, {{{seq}}}"}`,
	} {
		if !strings.Contains(got[0], want) {
			t.Errorf("the request lacks %q:\n%q", want, got[0])
		}
	}
	p = p.withDefaults()
	if req, err := compileRequest(&p); err != nil || !req.fixed() {
		t.Errorf("fixed %v, error %v; literal text does not vary", req.fixed(), err)
	}
}

// TestZonesStayHere connects with the zone of an address and does not send it.
func TestZonesStayHere(t *testing.T) {
	for _, text := range []string{"http://[fe80::1%25eth0]:80/a", "http://[fe80::1%eth0]:80/a", "http://[FE80::1%25eth0]:80/a"} {
		p := Plan{URL: text}.withDefaults()
		req, err := compileRequest(&p)
		if err != nil {
			t.Fatal(err)
		}
		if got := renderAll(t, p, 1)[0]; !strings.Contains(strings.ToLower(got), "\r\nhost: [fe80::1]:80\r\n") {
			t.Errorf("%s: the request is %q", text, got)
		}
		addr, err := resolve(t.Context(), req.base, time.Second)
		if err != nil || addr.String() != "[fe80::1%eth0]:80" {
			t.Errorf("%s: connects to %v, %v", text, addr, err)
		}
	}
}

// TestTargetsThroughNetHTTP looks at the request line that net/http makes.
func TestTargetsThroughNetHTTP(t *testing.T) {
	for target, want := range map[string]string{
		"/a?q": "/a?q", "/a%zz": "/a%zz", "//a//b?": "//a//b?", "//a%2fb?q=%zz": "//a%2fb?q=%zz", "//a%": "http://h//a%",
	} {
		if got := stdURL("http", "h", target).RequestURI(); got != want {
			t.Errorf("%s is sent as %s, want %s", target, got, want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, p := range Placeholders() {
		f.Add("a" + p.Syntax + "b")
	}
	f.Add("{{line words.txt}}{{user a}}{{}}{{")
	f.Add(`{{"{{"}}user}}#{|}é`)
	f.Fuzz(func(t *testing.T, text string) {
		p := Plan{URL: "http://h/" + text, Header: http.Header{"X-V": {text}}, Body: text, Files: testFiles()}.withDefaults()
		req, err := compileRequest(&p)
		if err != nil {
			return
		}
		var w wire
		req.render(&w, 3)
		once := string(w.bytes)
		req.render(&w, 3)
		if string(w.bytes) != once {
			t.Fatalf("request 3 was rendered as %q and as %q", once, w.bytes)
		}
		line, _, _ := strings.Cut(once, "\r\n")
		_, target, _ := strings.Cut(strings.TrimSuffix(line, " HTTP/1.1"), " ") // behind the method
		for _, c := range []byte(target) {
			if c <= ' ' || c >= 0x7f || strings.IndexByte("\"#<>\\^`{|}", c) >= 0 {
				t.Fatalf("the request line has a %q: %q", c, line)
			}
		}
		// One blank line only before the body, whatever the values were.
		head, _, _ := strings.Cut(once, "\r\n\r\n")
		if strings.Count(head, "\n") != strings.Count(head, "\r\n") {
			t.Fatalf("a line break came in through a placeholder: %q", head)
		}
		if !strings.HasPrefix(once[len(head)+4:], string(w.body)) {
			t.Fatalf("the body does not follow the head: %q", once)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	p := Plan{URL: "http://h/v1/{{user}}", Body: `{"user":"{{user}}","request":"{{uuid}}"}`}.withDefaults()
	req, err := compileRequest(&p)
	if err != nil {
		b.Fatal(err)
	}
	var w wire
	b.ReportAllocs()
	for i := int64(0); b.Loop(); i++ {
		req.render(&w, i)
	}
}
