package endpoint

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// leastSecret is the fewest bytes of a value that is looked for in output. A
// shorter one is in harmless words too, and protects nothing.
const leastSecret = 6

// leastUser is leastSecret for a user without a password, which is a secret only
// if it is a token: user names are in harmless words.
const leastUser = 16

// redactor leaves out what may be secret, and notes what that was.
type redactor struct{ found []string }

// Secrets lists the values that [RedactCommand] withholds of the words of a
// command line, of "NAME=value" and of URLs, in every form that a program may
// print them in: longest first, without those of fewer than 6 bytes.
func Secrets(words ...string) []string {
	r := new(redactor)
	for _, word := range words {
		r.word(word)
		if strings.ContainsAny(word, " \t\r\n") { // the script of sh -c
			r.command(word)
		}
	}
	return r.secrets()
}

// HeaderSecrets is [Secrets] of the headers of a request whose names look secret.
func HeaderSecrets(header http.Header) []string {
	r := new(redactor)
	for name, values := range header {
		if !IsSecretName(name) && !strings.EqualFold(name, "Cookie") {
			continue
		}
		for _, value := range values {
			r.foundValue(value)
			if _, credentials, ok := strings.Cut(value, " "); ok { // Bearer abc
				r.foundValue(credentials)
			}
		}
	}
	return r.secrets()
}

// Scrub returns text, which a program has printed, with *** in the place of each
// of the secrets.
func Scrub(text string, secrets []string) string {
	for _, secret := range longestFirst(slices.Clone(secrets)) { // one may be part of another
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}

func (r *redactor) secrets() []string {
	return slices.Compact(longestFirst(r.found))
}

func longestFirst(list []string) []string {
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return list
}

// foundValue notes a value as it is written, without quotes, and unescaped.
func (r *redactor) foundValue(value string) {
	_, value, _ = unquote(value)
	r.note(value, leastSecret)
	if plain, err := url.QueryUnescape(value); err == nil {
		r.note(plain, leastSecret)
	}
	if plain, err := url.PathUnescape(value); err == nil {
		r.note(plain, leastSecret)
	}
}

// foundUser notes the user info of a URL: user:password.
func (r *redactor) foundUser(info string) {
	if _, password, ok := strings.Cut(info, ":"); ok {
		r.foundValue(password)
	} else {
		r.note(info, leastUser)
	}
}

func (r *redactor) note(secret string, least int) {
	if len(secret) >= least && secret != hidden {
		r.found = append(r.found, secret)
	}
}
