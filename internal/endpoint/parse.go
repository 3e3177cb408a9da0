package endpoint

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Parse returns the beginning of a URL, up to its path, as net/url has it. It takes
// what people type and what browsers take: user info and zones of IPv6 addresses
// without escapes, an empty port, and host names beyond ASCII, which become the
// names that DNS knows (xn--…). The error says what is wrong with the host; it
// repeats neither user info nor path.
func Parse(text string) (*url.URL, error) {
	split := Split(text)
	host := strings.TrimSuffix(split.Host, ":")
	if strings.HasSuffix(host, ":") {
		return nil, errors.New("the host ends with two colons")
	}
	u, err := url.Parse(split.Scheme + "://" + escapeZone(host))
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // the rest repeats the URL
		}
		return nil, err
	}
	if u.Host, err = asciiHost(u.Host); err != nil {
		return nil, err
	}
	if name, password, ok := strings.Cut(split.UserInfo, ":"); ok {
		u.User = url.UserPassword(unescape(name), unescape(password))
	} else if name != "" {
		u.User = url.User(unescape(name))
	}
	return u, nil
}

// escapeZone writes [fe80::1%eth0] as net/url reads it: [fe80::1%25eth0].
func escapeZone(host string) string {
	address, port, ok := strings.Cut(host, "]")
	before, zone, hasZone := strings.Cut(address, "%")
	if !strings.HasPrefix(host, "[") || !ok || !hasZone || strings.HasPrefix(zone, "25") && zone != "25" {
		return host
	}
	return before + "%25" + zone + "]" + port
}

// asciiHost puts a host name beyond ASCII into the form that DNS knows.
func asciiHost(host string) (string, error) {
	if isASCII(host) {
		return host, nil
	}
	if !utf8.ValidString(host) {
		return "", errors.New("the host is not UTF-8")
	}
	name, port := host, ""
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 {
		name, port = host[:colon], host[colon:]
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil {
		return "", err
	}
	return ascii + port, nil
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// unescape takes escapes away, if that is what the percent signs are.
func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// DialName is the name to look up for a host: localhost for itself with a dot and
// for every name below it, which many resolvers do not know although RFC 6761
// gives them to this machine.
func DialName(host string) string {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return "localhost"
	}
	return host
}

// WithoutFragment cuts off what follows the first # outside of placeholders.
func WithoutFragment(rest string) string { return rest[:indexOutside(rest, "#")] }

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
