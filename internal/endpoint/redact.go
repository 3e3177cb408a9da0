package endpoint

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Redact returns a URL as it may be written down: user info is ***, the names
// of parameters stay, and the values of those whose names look secret are ***.
// Placeholders and all else stay as they are, so a URL without secrets comes
// back unchanged. Any text may be given, also one that is no URL.
func Redact(text string) string { return new(redactor).url(text) }

func (r *redactor) url(text string) string {
	u := Split(text)
	tail := len(u.Host) + len(u.Rest)
	clean := r.nested(u.Host + r.parameters(u.Rest))
	if u.UserInfo == "" {
		return text[:len(text)-tail] + clean
	}
	r.foundUser(u.UserInfo)
	return text[:len(text)-tail-len(u.UserInfo+"@")] + hidden + "@" + clean
}

// nested hides the user info of URLs within a URL: in a list of several,
// or as the value of a parameter.
func (r *redactor) nested(text string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, "://")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString("://")
		if at := strings.LastIndexByte(after[:indexOutside(after, "/?#")], '@'); at >= 0 {
			r.foundUser(after[:at])
			b.WriteString(hidden)
			after = after[at:]
		}
		text = after
	}
}

// parameters hides secret parameters of a query, and of a fragment, in
// which some services hand over tokens.
func (r *redactor) parameters(rest string) string {
	begin := indexOutside(rest, "?#")
	var b strings.Builder
	b.WriteString(rest[:begin])
	for rest = rest[begin:]; rest != ""; {
		b.WriteByte(rest[0]) // one of ? # & ;
		rest = rest[1:]
		end := indexOutside(rest, "?#&;")
		b.WriteString(r.parameter(rest[:end]))
		rest = rest[end:]
	}
	return b.String()
}

func (r *redactor) parameter(pair string) string {
	end := indexOutside(pair, "=")
	if end < len(pair) && IsSecretName(pair[:end]) {
		return pair[:end+1] + r.hide(pair[end+1:])
	}
	return pair
}

// IsSecretName guesses from the name of a parameter, option or variable
// whether its value is a secret. The name may be escaped as in a query.
func IsSecretName(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc(secretWords(), func(word string) bool { return strings.Contains(name, word) })
}

func secretWords() []string {
	return []string{"token", "key", "secret", "pass", "pwd", "auth", "sig", "session", "code", "credential", "jwt"}
}

// RedactHeader keeps the name of a header "Name: value".
func RedactHeader(line string) string {
	name, _, _ := strings.Cut(line, ":")
	return strings.TrimSpace(name) + ": " + hidden
}

// HeaderNames returns the names of headers in their canonical form, sorted.
func HeaderNames(header http.Header) []string {
	var names []string
	for name := range header {
		names = append(names, http.CanonicalHeaderKey(name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// RedactBody keeps the length of a body in bytes, as "(22 bytes)". A body may
// hold secrets that do not look like any.
func RedactBody(body string) string { return fmt.Sprintf("(%d bytes)", len(body)) }
