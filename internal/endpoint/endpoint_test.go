package endpoint_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

func TestSplit(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       endpoint.URL
	}{
		{"plain", "http://host/path?q=1#f", endpoint.URL{Scheme: "http", Host: "host", Rest: "/path?q=1#f"}},
		{"host alone", "http://host:80", endpoint.URL{Scheme: "http", Host: "host:80"}},
		{"query at once", "http://host?q=a/b", endpoint.URL{Scheme: "http", Host: "host", Rest: "?q=a/b"}},
		{"fragment at once", "http://host#/a", endpoint.URL{Scheme: "http", Host: "host", Rest: "#/a"}},
		{"user info", "http://me:pw@host:80/a@b", endpoint.URL{Scheme: "http", UserInfo: "me:pw", Host: "host:80", Rest: "/a@b"}},
		{"user info with @", "http://me:p@w@host/", endpoint.URL{Scheme: "http", UserInfo: "me:p@w", Host: "host", Rest: "/"}},
		{"unescaped password", "postgres://me:p/w?x#@host/db", endpoint.URL{Scheme: "postgres", UserInfo: "me:p/w?x#", Host: "host", Rest: "/db"}},
		{"placeholders", "http://127.0.0.1:{{port}}/{{pick a?b c}}@x?u={{user}}", endpoint.URL{Scheme: "http", Host: "127.0.0.1:{{port}}", Rest: "/{{pick a?b c}}@x?u={{user}}"}},
		{"IPv6", "http://[fe80::1%25en0]:80/a@b", endpoint.URL{Scheme: "http", Host: "[fe80::1%25en0]:80", Rest: "/a@b"}},
		{"several hosts", "postgres://h1:1,h2:2/db", endpoint.URL{Scheme: "postgres", Host: "h1:1,h2:2", Rest: "/db"}},
		{"no host", "unix:///run/redis.sock", endpoint.URL{Scheme: "unix", Rest: "/run/redis.sock"}},
		{"no scheme", "me:pw@host/a", endpoint.URL{UserInfo: "me:pw", Host: "host", Rest: "/a"}},
		{"no scheme, slashes", "//me:pw@host/a", endpoint.URL{UserInfo: "me:pw", Host: "host", Rest: "/a"}},
		{"scheme in a query", "host/?to=http://x", endpoint.URL{Host: "host", Rest: "/?to=http://x"}},
		{"empty", "", endpoint.URL{}},
	} {
		if got := endpoint.Split(row.text); got != row.want {
			t.Errorf("%s: got %+v, want %+v", row.name, got, row.want)
		}
	}
}

func TestBase(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"plain", "http://host/path?q=1", "http://host"},
		{"user info stays", "https://me:pw@host:8/path", "https://me:pw@host:8"},
		{"placeholders", "http://host:{{port}}/{{user}}", "http://host:{{port}}"},
		{"query at once", "http://host?q=1", "http://host"},
		{"capital scheme", "HTTPS://host:8/x", "https://host:8"},
		{"zone", "http://[fe80::1%eth0]:1/", "http://[fe80::1%25eth0]:1"},
		{"beyond ASCII", "http://bücher.test:1/", "http://xn--bcher-kva.test:1"},
		{"unescaped password", "http://me:p/w?@host/", "http://me:p%2Fw%3F@host"},
	} {
		if got := endpoint.Base(row.text); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

func TestAddress(t *testing.T) {
	for _, row := range []struct {
		name, text, want string
		err              error
	}{
		{"port given", "http://host:8080/x", "host:8080", nil},
		{"http", "http://host/{{user}}", "host:80", nil},
		{"https, with user info", "https://me:pw@host?x", "host:443", nil},
		{"capital scheme", "HTTP://host", "host:80", nil},
		{"IPv6", "http://[::1]:1/", "[::1]:1", nil},
		{"zone", "http://[fe80::1%25eth0]/", "[fe80::1%eth0]:80", nil},
		{"zone without an escape", "http://[fe80::1%eth0]:1/", "[fe80::1%eth0]:1", nil},
		{"zone that is 25", "http://[fe80::1%25]:1/", "[fe80::1%25]:1", nil},
		{"beyond ASCII", "http://BÜCHER.test/", "xn--bcher-kva.test:80", nil},
		{"below localhost", "http://bücher.localhost:1/", "localhost:1", nil},
		{"localhost with a dot", "http://localhost.:1/", "localhost:1", nil},
		{"another name with that end", "http://notlocalhost:1/", "notlocalhost:1", nil},
		{"port left out", "http://host:/", "host:80", nil},
		{"not a name", "http://a\u2260b/", "", endpoint.ErrNoHost},
		{"another scheme with a port", "grpc://host:1", "host:1", nil},
		{"another scheme", "grpc://host", "", endpoint.ErrNoPort},
		{"port placeholder", "http://host:{{port}}", "", endpoint.ErrNoHost},
		{"no scheme", "host:80/x", "", endpoint.ErrNoHost},
		{"no host", "http:///x", "", endpoint.ErrNoHost},
		{"no text", "", "", endpoint.ErrNoHost},
	} {
		if got, err := endpoint.HostPort(row.text); got != row.want || err != row.err {
			t.Errorf("%s: got %s, %v, want %s, %v", row.name, got, err, row.want, row.err)
		}
	}
}

func TestRedact(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing secret", "http://host/path?q=1", "http://host/path?q=1"},
		{"user info", "http://me:pw@host:80/a@b", "http://***@host:80/a@b"},
		{"password alone", "redis://:pw@host:6379/0", "redis://***@host:6379/0"},
		{"name alone", "http://me@host/", "http://***@host/"},
		{"password with @", "http://me:a@b@host/", "http://***@host/"},
		{"password with slash", "http://me:a/b@host/", "http://***@host/"},
		{"no scheme", "me:pw@host/", "***@host/"},
		{"secret parameter", "http://h/?user={{user}}&access_token=abc&x", "http://h/?user={{user}}&access_token=***&x"},
		{"escaped name", "http://h/?%61uth=abc", "http://h/?%61uth=***"},
		{"semicolons", "http://h/?a=1;api_key=abc;b=2", "http://h/?a=1;api_key=***;b=2"},
		{"database", "postgres://u:p@h/db?sslmode=off&password=pw", "postgres://***@h/db?sslmode=off&password=***"},
		{"value with =", "http://h/?sig=a=b==&x=1", "http://h/?sig=***&x=1"},
		{"empty value", "http://h/?token=&x=1", "http://h/?token=&x=1"},
		{"placeholder as a secret", "http://h/?token={{uuid}}", "http://h/?token={{uuid}}"},
		{"quoted text as a secret", `http://h/?token={{"abc"}}&x={{"y"}}`, `http://h/?token=***&x={{"y"}}`},
		{"placeholder in a secret", "http://h/?token=abc{{uuid}}def", "http://h/?token=***{{uuid}}***"},
		{"placeholder with &", "http://h/?key={{pick a&b c}}&x=1", "http://h/?key={{pick a&b c}}&x=1"},
		{"fragment stays", "http://h/?token=abc#part", "http://h/?token=***#part"},
		{"token in a fragment", "http://h/#access_token=abc&x=1", "http://h/#access_token=***&x=1"},
		{"URL in a parameter", "http://h/?to=http://me:pw@other/?token=abc", "http://h/?to=http://***@other/?token=***"},
		{"several URLs", "http://a:b@h1,http://c:d@h2/", "http://***@h1,http://***@h2/"},
		{"already redacted", "http://***@host/?token=***", "http://***@host/?token=***"},
		{"open placeholder", "http://me:{{@host/?q={{", "http://***@host/?q={{"},
		{"not UTF-8", "http://me:\xff@host/\xfe", "http://***@host/\xfe"},
		{"line break", "http://me:p\nw@host/", "http://***@host/"},
		{"no URL", "hello", "hello"},
		{"no text", "", ""},
	} {
		if got := endpoint.Redact(row.text); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

func TestRedactCommand(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing secret", "./svc -port {{port}}", "./svc -port {{port}}"},
		{"password of a URL", "./svc --db postgres://me:hunter2@h/db", "./svc --db postgres://***@h/db"},
		{"password with @", "./svc --db=postgres://me:hunter@2@h/db", "./svc --db=postgres://***@h/db"},
		{"variable and option", "env API_TOKEN=hunter2 ./svc --password=hunter2 -x", "env API_TOKEN=*** ./svc --password=*** -x"},
		{"parameter of a URL", "./svc --up http://h/?x=1&token=hunter2", "./svc --up http://h/?x=1&token=***"},
		{"quoted URL", "./svc 'http://me:hunter2@h/?token=hunter2'", "./svc 'http://***@h/?token=***'"},
		{"quoted value", `./svc --password='hunter2 hunter2' -x`, `./svc --password=*** -x`},
		{"quoted assignment", `env "TOKEN=hunter2 hunter2" ./svc`, `env "TOKEN=***" ./svc`},
		{"quoted URL after =", `./svc --db="postgres://me:hunter2@h/db" -x`, `./svc --db="postgres://***@h/db" -x`},
		{"shell", "sh -c 'TOK=1 TOKEN=hunter2 ./svc --db http://me:hunter2@h'", "sh -c 'TOK=1 TOKEN=*** ./svc --db http://***@h'"},
		{"header", `curl -H 'Authorization: Bearer hunter2' http://h`, `curl -H 'Authorization: ***' http://h`},
		{"two URLs in a word", "./svc --peers=http://a:hunter2@h1,http://b:hunter2@h2", "./svc --peers=http://***@h1,http://***@h2"},
		{"open quote", "./svc 'x TOKEN=hunter2", "./svc 'x TOKEN=***"},
		{"one quote", "'", "'"},
		{"placeholder with spaces", "./svc --key={{pick a b}}", "./svc --key={{pick a b}}"},
		{"spaces stay", "  a   b\t", "  a   b\t"},
		{"no text", "", ""},
	} {
		if got := endpoint.RedactCommand(row.text); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

func TestRedactHeaderAndBody(t *testing.T) {
	for _, row := range []struct{ name, got, want string }{
		{"header", endpoint.RedactHeader("Authorization: Bearer abc"), "Authorization: ***"},
		{"header with spaces", endpoint.RedactHeader(" X-Id :abc"), "X-Id: ***"},
		{"no header", endpoint.RedactHeader("abc"), "abc: ***"},
		{"body", endpoint.RedactBody(`{"password":"abc"}`), "(18 bytes)"},
	} {
		if row.got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, row.got, row.want)
		}
	}
}

func TestHeaderNames(t *testing.T) {
	got := endpoint.HeaderNames(http.Header{"x-b": {"1"}, "Authorization": {"secret"}, "X-B": {"2"}})
	if want := []string{"Authorization", "X-B"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestIsSecretName(t *testing.T) {
	for _, row := range []struct {
		name string
		want bool
	}{
		{"token", true}, {"X-Api-Key", true}, {"PGPASSWORD", true}, {"%70wd", true}, {"%zzauth", true},
		{"user", false}, {"q", false}, {"", false}, {"port", false},
	} {
		if got := endpoint.IsSecretName(row.name); got != row.want {
			t.Errorf("%s: got %v", row.name, got)
		}
	}
}

// FuzzRedact plants a secret in the user info and in a parameter. Whatever is
// around it, the secret is not in the output, and the output stays as it is
// when it is redacted again.
func FuzzRedact(f *testing.F) {
	f.Add("http://me:", "", "host/?q={{user}}", "token")
	f.Add("postgres://me:", "@", "h1,h2/db", "password")
	f.Add("http://me:{{", "}}", "host#", "api key")
	f.Add("http://h/?to=http://", ":x", "y/z", "sig")
	f.Add("://", "", "", "")
	f.Fuzz(func(t *testing.T, before, after, rest, name string) {
		const secret = "hunter2"
		text := before + secret + after + "@" + rest
		got := endpoint.Redact(text)
		if again := endpoint.Redact(got); again != got {
			t.Errorf("%q became %q and then %q", text, got, again)
		}
		u, err := url.Parse(text)
		hasSecret := err == nil && u.User != nil && strings.Contains(u.User.String(), secret)
		if elsewhere := strings.Contains(before+after+rest, secret); hasSecret && !elsewhere && strings.Contains(got, secret) {
			t.Errorf("%q became %q", text, got)
		}
		endpoint.RedactCommand(text)
		_, _ = endpoint.HostPort(text)
		if strings.ContainsAny(name, "?#&;=") || strings.Contains(name, "{{") || !endpoint.IsSecretName(name) {
			return
		}
		query := "http://host/?" + name + "=" + secret
		if got := endpoint.Redact(query); strings.Contains(strings.TrimPrefix(got, "http://host/?"+name), secret) {
			t.Errorf("%q became %q", query, got)
		}
	})
}

// FuzzRedactCommand plants a secret as the value of a variable.
func FuzzRedactCommand(f *testing.F) {
	f.Add("sh -c 'x ", "' y")
	f.Add("a \"b", "c")
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "hunter2"
		got := endpoint.RedactCommand(before + " TOKEN=" + secret + " " + after)
		if !strings.ContainsAny(before, `'"\{`) && !strings.Contains(before+after, secret) && strings.Contains(got, secret) {
			t.Errorf("got %q", got)
		}
	})
}

// FuzzParse checks that what is understood of an address is understood the same
// when it is written down and read again.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"http://me:p@w@host:80/", "HTTP://[fe80::1%eth0]:1", "http://bücher.test:", "http://a%41/", "://", "http://[::1%25]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := endpoint.Parse(text)
		if err != nil || u.Host == "" {
			return
		}
		again, err := endpoint.Parse(u.String())
		if err != nil || again.Host != u.Host || again.User.String() != u.User.String() || again.Scheme != u.Scheme {
			t.Fatalf("%q is %q, and that is %v, %v", text, u, again, err)
		}
		if split := endpoint.Split(text); split.Rest != endpoint.WithoutFragment(split.Rest) && !strings.Contains(split.Rest, "#") {
			t.Fatalf("%q lost something that is no fragment", text)
		}
	})
}
