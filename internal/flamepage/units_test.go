package flamepage

import "testing"

func TestNameParts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, short, pkg string }{
		{"net/http.(*conn).serve", "http.(*conn).serve", "net/http"},
		{"main.main", "main.main", "main"},
		{"runtime.mallocgc", "runtime.mallocgc", "runtime"},
		{"gopkg.in/yaml%2ev3.(*parser).parse", "yaml%2ev3.(*parser).parse", "gopkg.in/yaml%2ev3"},
		{"slices.SortFunc[go.shape.[]example.org/x.T]", "slices.SortFunc[go.shape.[]example.org/x.T]", "slices"},
		{"example.org/a.F cart.go:12", "a.F cart.go:12", "example.org/a"},
		{"/src/net/http/server.go", "server.go", "/src/net/http"},
		{"net/http", "http", "net/http"},
		{"github.com/google/pprof@v1.2.3", "pprof@v1.2.3", "github.com/google/pprof@v1.2.3"},
		{"std::vector<int>::push_back", "std::vector<int>::push_back", "std"},
		{"github.com/redis/go-redis/v9.(*Client).Process", "go-redis/v9.(*Client).Process", "github.com/redis/go-redis/v9"},
		{"v2.f", "v2.f", "v2"}, {"example.org/vault.Open", "vault.Open", "example.org/vault"},
		{"memcpy", "memcpy", "memcpy"}, {"", "", ""}, {"[libc.so.6]", "[libc.so.6]", "[libc.so.6]"},
	} {
		n := newPageName(row.name)
		if n.short() != row.short || n.pkg != row.pkg {
			t.Errorf("%q: got %q and %q, want %q and %q", row.name, n.short(), n.pkg, row.short, row.pkg)
		}
	}
}

func TestFitText(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, note string
		columns    int
		want       string
	}{
		{"http.serve", "+3 %", 20, "http.serve  +3 %"}, {"http.serve", "+3 %", 12, "http.serve"},
		{"http.serve", "", 9, "serve"}, {"http.(*conn).serve", "", 14, "(*conn).serve"}, {"http.(*conn).serve", "", 6, "serve"},
		{"http.(*conn).serve", "", 4, "ser…"}, {"http.serve", "", 2, ""}, {"处理函数", "", 8, "处理函数"}, {"处理函数", "", 7, "处理函…"}, {"处理函数", "", 5, "处理…"},
	} {
		if got := fitText(row.name, row.note, row.columns); got != row.want {
			t.Errorf("%q in %d: got %q, want %q", row.name, row.columns, got, row.want)
		}
	}
}
