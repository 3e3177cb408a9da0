package endpoint_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

func TestSecrets(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"serve", "--port", "8080", "--region=europe", "TZ=Europe/Berlin", "http://127.0.0.1:8080/a?page=10"}, nil},
		{[]string{"--api-token=hunter2hunter2"}, []string{"hunter2hunter2"}},
		{[]string{"--api-token='hunter2hunter2'"}, []string{"hunter2hunter2"}},
		{[]string{"DB_PASSWORD=s3cr3t!"}, []string{"s3cr3t!"}},
		{[]string{"--db=postgres://lottery:p%40ssw0rd@db/x?sslmode=disable"}, []string{"p%40ssw0rd", "p@ssw0rd"}},
		{[]string{"postgres://lottery@db/x"}, nil}, // a name, which is in "lotteryd"
		{[]string{"https://ghp_0123456789abcdef@host/"}, []string{"ghp_0123456789abcdef"}},
		{[]string{"http://h/?token=abcdef%20g&page=2#key=fragment"}, []string{"abcdef%20g", "abcdef g", "fragment"}},
		{[]string{`/bin/sh`, `-c`, `TOKEN=inner-token exec srv --pass="quoted one"`}, []string{"inner-token", "inner-token exec srv --pass=\"quoted one\"", "quoted one"}},
		{[]string{"--key=short", "--passes=3", "--auth=on"}, nil}, // in harmless words
		{[]string{"--token=abcdef", "--token2=abcdefgh", "--token=abcdef"}, []string{"abcdefgh", "abcdef"}},
	} {
		got := endpoint.Secrets(c.words...)
		sorted := slices.Sorted(slices.Values(got))
		want := slices.Sorted(slices.Values(c.want))
		if !slices.Equal(sorted, want) || !slices.IsSortedFunc(got, func(a, b string) int { return len(b) - len(a) }) {
			t.Errorf("%q: got %q; want %q, longest first", c.words, got, c.want)
		}
	}
}

func TestHeaderSecrets(t *testing.T) {
	got := endpoint.HeaderSecrets(http.Header{"Authorization": {"Bearer abcdefgh"}, "Cookie": {"sid=1234567"}, "Content-Type": {"application/json"}})
	if want := []string{"Bearer abcdefgh", "sid=1234567", "abcdefgh"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestScrub(t *testing.T) {
	got := endpoint.Scrub("token abcdefgh, then abcdef; harmless abc", endpoint.Secrets("--token=abcdef", "--token=abcdefgh"))
	if want := "token ***, then ***; harmless abc"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// FuzzSecrets: what is withheld of a word and found is not in the redacted word's
// place of it: a text made of the found values alone scrubs to nothing else.
func FuzzSecrets(f *testing.F) {
	for _, seed := range []string{"--token=abcdef", "postgres://u:pass%20word@h/x", "sh -c 'TOKEN=x y'", "http://h/?key=a{{user}}bcdefg"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		secrets := endpoint.Secrets(word)
		for _, secret := range secrets {
			if got := endpoint.Scrub(secret, secrets); strings.Contains(got, secret) && secret != got {
				t.Errorf("%q: %q is left in %q", word, secret, got)
			}
		}
		if len(secrets) > 0 && endpoint.RedactCommand(word) == word && !strings.Contains(word, "***") && !strings.ContainsAny(word, " \t\r\n") {
			t.Errorf("%q: found %q, but nothing is withheld", word, secrets)
		}
	})
}
