package owncode_test

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/owncode"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// TestOwnCode: the frames of programs as they are built in practice, and whose
// code each is.
func TestOwnCode(t *testing.T) {
	t.Parallel()
	frame := func(function, file string) stackprofile.Frame {
		return stackprofile.Frame{Function: function, File: file}
	}
	std := frame("net/http.(*conn).serve", "/usr/local/go/src/net/http/server.go")
	trimmed := frame("net/http.(*conn).serve", "net/http/server.go")
	cached := frame("github.com/gorilla/mux.(*Router).ServeHTTP", "/root/go/pkg/mod/github.com/gorilla/mux@v1.8.0/mux.go")
	vendored := frame("github.com/gorilla/mux.(*Router).ServeHTTP", "/src/shop/vendor/github.com/gorilla/mux/mux.go")
	cpp := frame("tcmalloc::allocate", "/src/tcmalloc.cc")
	for name, row := range map[string]struct {
		frames []stackprofile.Frame
		module string
		given  []string
		own    []stackprofile.Frame
		rule   string
	}{
		"module known": {
			module: "example.com/shop", rule: "example.com/shop",
			frames: []stackprofile.Frame{frame("main.main", "/x/main.go"), frame("example.com/shop/cart.Add", "/x/cart/add.go"), frame("example.com/shopping.Add", "/y/add.go"), std, cached},
			own:    []stackprofile.Frame{frame("main.main", "/x/main.go"), frame("example.com/shop/cart.Add", "/x/cart/add.go")},
		},
		"assembly without a package": {
			frames: []stackprofile.Frame{frame("main.main", "/x/main.go"), {Function: "memeqbody", File: "/usr/local/go/src/internal/bytealg/equal_amd64.s", Mapped: "/x/shop"}},
			own:    []stackprofile.Frame{frame("main.main", "/x/main.go")},
		},
		"module of another program": {
			module: "example.com/other",
			frames: []stackprofile.Frame{frame("main.main", "/x/main.go"), frame("example.com/shop/cart.Add", "/x/cart/add.go"), std, cached},
			own:    []stackprofile.Frame{frame("main.main", "/x/main.go"), frame("example.com/shop/cart.Add", "/x/cart/add.go")},
		},
		"built in its folder, module without a host": {
			frames: []stackprofile.Frame{frame("shop/internal/cart.Add[...]", "/home/me/shop/internal/cart/add.go"), std, trimmed, vendored, cached, cpp},
			own:    []stackprofile.Frame{frame("shop/internal/cart.Add[...]", "/home/me/shop/internal/cart/add.go")},
		},
		"what the runtime has for other packages": {
			frames: []stackprofile.Frame{
				frame("shop/cart.Add", "/home/me/shop/cart/add.go"), frame("time/travel.Add", "/home/me/time/travel/add.go"),
				frame("internal/poll.runtime_pollWait", "/usr/local/go/src/runtime/netpoll.go"), frame("internal/poll.runtime_pollWait", "runtime/netpoll.go"),
				frame("time.Sleep", "/usr/local/go/src/runtime/time.go"), frame("os/signal.signal_recv", "/usr/local/go/src/runtime/sigqueue.go"),
				frame("maps.clone", "/usr/local/go/src/internal/runtime/maps/map.go"), frame("sync.runtime_Semacquire", "/home/me/src/go/src/runtime/sema.go"),
			},
			own: []stackprofile.Frame{frame("shop/cart.Add", "/home/me/shop/cart/add.go"), frame("time/travel.Add", "/home/me/time/travel/add.go")},
		},
		"trimmed paths": {
			frames: []stackprofile.Frame{frame("example.com/shop/cart.Add", "example.com/shop/cart/add.go"), trimmed, frame("github.com/gorilla/mux.New", "github.com/gorilla/mux@v1.8.0/mux.go")},
			own:    []stackprofile.Frame{frame("example.com/shop/cart.Add", "example.com/shop/cart/add.go")},
		},
		"installed from the module cache": {
			frames: []stackprofile.Frame{
				frame("main.main", "/root/go/pkg/mod/example.com/shop@v1.2.3/cmd/shop/main.go"), frame("example.com/shop/cart.Add", "/root/go/pkg/mod/example.com/shop@v1.2.3/cart/add.go"),
				frame("github.com/gorilla/mux.New", "/root/go/pkg/mod/example.com/shop@v1.2.3/vendor/github.com/gorilla/mux/mux.go"), cached, std,
			},
			own: []stackprofile.Frame{
				frame("main.main", "/root/go/pkg/mod/example.com/shop@v1.2.3/cmd/shop/main.go"), frame("example.com/shop/cart.Add", "/root/go/pkg/mod/example.com/shop@v1.2.3/cart/add.go"),
			},
		},
		"without files": {
			frames: []stackprofile.Frame{frame("main.work", ""), frame("shop/cart.Add", ""), frame("github.com/gorilla/mux.New", ""), frame("runtime.mallocgc", "")},
			own:    []stackprofile.Frame{frame("main.work", ""), frame("shop/cart.Add", "")},
		},
		"given": {
			given: []string{"github.com/acme/...", "gopkg.in/acme.v2/"}, rule: "github.com/acme, gopkg.in/acme.v2",
			frames: []stackprofile.Frame{frame("github.com/acme/a.F", "/root/go/pkg/mod/github.com/acme/a@v1.0.0/f.go"), frame("gopkg.in/acme%2ev2.F", "/f.go"), cached, std},
			own:    []stackprofile.Frame{frame("github.com/acme/a.F", "/root/go/pkg/mod/github.com/acme/a@v1.0.0/f.go"), frame("gopkg.in/acme%2ev2.F", "/f.go")},
		},
	} {
		code := owncode.Find(row.frames, row.module)
		if row.given != nil {
			code = owncode.Under(row.given...)
		}
		if code.Rule() != row.rule {
			t.Errorf("%s: the rule is %q, want %q", name, code.Rule(), row.rule)
		}
		own := map[stackprofile.Frame]bool{}
		for _, f := range row.own {
			own[f] = true
		}
		for _, f := range row.frames {
			if got := code.Has(f); got != own[f] {
				t.Errorf("%s: %s in %s: own is %v", name, f.Function, f.File, got)
			}
		}
	}
}

// TestOnlyOwn: what libraries cost counts as their caller's, and the total stays.
func TestOnlyOwn(t *testing.T) {
	t.Parallel()
	p, err := stackprofile.Read(strings.NewReader("main.main;net/http.serve;shop/cart.Add;encoding/json.Marshal 5\nruntime.gcBgMarkWorker;runtime.scanobject 3\n"), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	only, own := p.OnlyFrames(owncode.Find(p.Frames(), "").Has, "[rest]")
	var b strings.Builder
	if err := only.WriteFolded(&b, 0, stackprofile.ByFunction); err != nil {
		t.Fatal(err)
	}
	if want := "[rest] 3\nmain.main;shop/cart.Add 5\n"; b.String() != want || own != 1 || only.Total(0) != p.Total(0) {
		t.Errorf("got %q with %d of %d, want %q", b.String(), own, only.Total(0), want)
	}
	if _, none := p.OnlyFrames(owncode.Under("example.com/nobody").Has, "[rest]"); none != 1 { // package main is own whatever the prefix
		t.Errorf("got %d stacks, want 1", none)
	}
}
