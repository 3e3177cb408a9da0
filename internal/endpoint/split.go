package endpoint

import (
	"errors"
	"net"
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

// Base returns what other addresses of the same service begin with: scheme,
// user info and host, without a slash at the end, escaped as net/url wants them
// where [Parse] can read them. It may hold a password.
func (u URL) Base() string {
	user := ""
	if u.UserInfo != "" {
		user = u.UserInfo + "@"
	}
	text := u.Scheme + "://" + user + u.Host
	if parsed, err := Parse(text); err == nil {
		return parsed.String()
	}
	return text
}

// Base is [URL.Base] of a URL in one text.
func Base(text string) string { return Split(text).Base() }

// Host returns the host of a URL and, if written, its port.
func Host(text string) string { return Split(text).Host }

// ErrNoHost is the error of [Address] for a text that is no URL of a host.
var ErrNoHost = errors.New("not a URL of a host")

// ErrNoPort is the error of [Address] for a URL that names no port and whose
// scheme has none that we know.
var ErrNoPort = errors.New("not a URL of http or https, and without a port")

// Address returns where to connect for a URL: the [DialName] of its host, and its
// port or else that of http or https. The error is [ErrNoHost] or [ErrNoPort].
func Address(text string) (host, port string, err error) {
	u, err := Parse(text)
	if err != nil || u.Scheme == "" || u.Hostname() == "" {
		return "", "", ErrNoHost
	}
	port = u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = "80"
	case u.Scheme == "https":
		port = "443"
	default:
		return "", "", ErrNoPort
	}
	return DialName(u.Hostname()), port, nil
}

// HostPort is [Address] as one text for net.Dial.
func HostPort(text string) (string, error) {
	host, port, err := Address(text)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, port), nil
}
