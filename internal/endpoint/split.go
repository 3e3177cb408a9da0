package endpoint

import (
	"net/url"
	"strings"
)

// URL is a URL cut into its parts, each as it was written.
type URL struct {
	Scheme   string // http; "" if there is none
	UserInfo string // me:password, still escaped; "" if there is none
	Host     string // the host and, if written, its port
	Rest     string // path, query and fragment, with their first character
}

// Split cuts text into the parts of a URL. Every text has parts, also one that
// is no URL. The host ends at the first of / ? # outside placeholders. User
// info may hold those characters unescaped, as passwords typed by people do: if
// there is no host before the first of them, user info ends at the last @.
func Split(text string) URL {
	var u URL
	rest := text
	if scheme, after, ok := strings.Cut(text, "://"); ok && isScheme(scheme) {
		u.Scheme, rest = scheme, after
	} else {
		rest = strings.TrimPrefix(rest, "//")
	}
	end := indexOutside(rest, "/?#")
	at := strings.LastIndexByte(rest[:end], '@')
	if at < 0 && u.Scheme != "" && !isHost(rest[:end]) {
		if at = strings.LastIndexByte(rest, '@'); at >= 0 {
			end = at + indexOutside(rest[at:], "/?#")
		}
	}
	if at >= 0 {
		u.UserInfo = rest[:at]
	}
	u.Host, u.Rest = rest[at+1:end], rest[end:]
	return u
}

// isScheme reports whether text may stand before "://".
func isScheme(text string) bool {
	for i := range len(text) {
		c := text[i] | 0x20 // lower case
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !strings.Contains("0123456789+-.", text[i:i+1])) {
			return false
		}
	}
	return text != ""
}

// isHost reports whether text without an @ is a host, or several as databases
// have them, each perhaps with a port. A placeholder may be part of it; an empty
// text is one, too, as in file:///path.
func isHost(text string) bool {
	for host := range strings.SplitSeq(text, ",") {
		if _, err := url.Parse("x://" + withoutPlaceholders(host, "1")); err != nil {
			return false
		}
	}
	return true
}
