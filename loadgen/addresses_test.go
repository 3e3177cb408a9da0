package loadgen_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// TestUnusualAddresses sends to addresses as people type them, over each client,
// and looks at the request line and the host that arrive.
func TestUnusualAddresses(t *testing.T) {
	const local = "127.0.0.1:PORT"
	rows := []struct{ url, target, host string }{
		{"http://127.0.0.1:PORT", "/", local},
		{"HTTP://127.0.0.1:PORT/a", "/a", local},
		{"http://127.0.0.1:PORT?q=1", "/?q=1", local},
		{"http://127.0.0.1:PORT/café?q=日本", "/caf%C3%A9?q=%E6%97%A5%E6%9C%AC", local},
		{"http://127.0.0.1:PORT/caf%C3%A9?q=a+b%20c&r=%zz", "/caf%C3%A9?q=a+b%20c&r=%zz", local},
		{"http://127.0.0.1:PORT/{id}/a|b?q=\"<x>\"&r=`^\\", "/%7Bid%7D/a%7Cb?q=%22%3Cx%3E%22&r=%60%5E%5C", local},
		{"http://127.0.0.1:PORT/a[]?b[]=1&c='x'", "/a[]?b[]=1&c='x'", local},
		{"http://127.0.0.1:PORT/a#part?x", "/a", local},
		{"http://127.0.0.1:PORT/{{pick a#b}}?x#y", "/a%23b?x", local},
		{"http://127.0.0.1:PORT/{{pick é}}é", "/%C3%A9%C3%A9", local},
		{`http://127.0.0.1:PORT/{{"{{"}}name}}/{{"a b"}}`, "/%7B%7Bname%7D%7D/a%20b", local},
		{"http://127.0.0.1:PORT//double//slash?q=//", "//double//slash?q=//", local},
		{"http://127.0.0.1:PORT/../a/./b", "/../a/./b", local},
		{"http://me:pass/wörd@127.0.0.1:PORT/", "/", local},
		{"http://bücher.localhost:PORT/", "/", "xn--bcher-kva.localhost:PORT"},
		{"http://a.b.localhost:PORT/", "/", "a.b.localhost:PORT"},
		{"http://localhost.:PORT/", "/", "localhost.:PORT"},
	}
	for _, row := range rows {
		overClients(t, func(t *testing.T, c loadgen.Client) {
			var mu sync.Mutex
			var got []string
			url, stop := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, r.RequestURI+" at "+r.Host)
			})
			defer stop()
			port := url[strings.LastIndexByte(url, ':')+1:]
			here := func(text string) string { return strings.ReplaceAll(text, "PORT", port) }
			r := mustRun(t, loadgen.Plan{URL: here(row.url), Rate: 100, Duration: 10 * time.Millisecond, Client: c})
			want := fmt.Sprintf("%s at %s", row.target, here(row.host))
			mu.Lock()
			defer mu.Unlock()
			if r.Counts.Answered != 1 || len(got) != 1 {
				t.Fatalf("%s: counts %+v, the server saw %q", row.url, r.Counts, got)
			}
			if got[0] != want {
				t.Errorf("%s arrived as %s, want %s", row.url, got[0], want)
			}
		})
	}
}

func TestPasswordsAreSentAsTyped(t *testing.T) {
	for _, row := range []struct{ info, name, password string }{
		{"me:secret", "me", "secret"},
		{"me:p%40ss%2Fword", "me", "p@ss/word"},
		{"me:pass/wörd#1@", "me", "pass/wörd#1@"},
		{"me:100%", "me", "100%"},
		{"me", "me", ""},
	} {
		var name, password string
		url, stop := serve(t, func(_ http.ResponseWriter, r *http.Request) { name, password, _ = r.BasicAuth() })
		mustRun(t, loadgen.Plan{URL: strings.Replace(url, "://", "://"+row.info+"@", 1), Rate: 100, Duration: 10 * time.Millisecond})
		stop()
		if name != row.name || password != row.password {
			t.Errorf("%s: the server saw %q and %q", row.info, name, password)
		}
	}
}

func TestAddressesThatCannotBeSent(t *testing.T) {
	for _, row := range []struct{ url, want string }{
		{"http://h:0/", "port 0 must be 1 to 65535"},
		{"http://h:65536/", "port 65536 must be 1 to 65535"},
		{"http://h/a b", "URL path, byte 3: a space is not allowed here; write it as %20"},
		{"http://h/a\tb", `byte 3: character '\t' is not allowed here`},
		{"http://h/a\nb", `byte 3: character '\n' is not allowed here`},
		{"http://[fe80::1/", "']'"},
		{"http://me:hunter2@a b/", "character"},
		{"http://me:hunter2@/", "names no host"},
		{"http://ex\u2260ample/", "idna"},
		{"http://h/\x7f", "not allowed"},
		{"https//h/", "must start with http:// or https://"},
		{"http://h/{{nope}}", `write {{"{{"}} for {{ itself`},
		{"http://h/{{", `write {{"{{"}} for {{ itself`},
	} {
		err := loadgen.Plan{URL: row.url, Rate: 1}.Check()
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q: error %v, want %q", row.url, err, row.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error repeats the password: %v", row.url, err)
		}
	}
}
