package httpapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// doorkeeper decides who may use the admin port.
type doorkeeper struct {
	locked bool
	// hash of the token: comparing hashes takes the same time for every guess,
	// whatever its length.
	hash [sha256.Size]byte
}

func newDoorkeeper(token string) doorkeeper {
	return doorkeeper{locked: token != "", hash: sha256.Sum256([]byte(token))}
}

// admitted reports whether r may see everything: it has the token, or none is
// demanded.
func (d *doorkeeper) admitted(r *http.Request) bool {
	if !d.locked {
		return true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got := sha256.Sum256([]byte(token))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(got[:], d.hash[:]) == 1
}

// check refuses whoever may not use the port.
//
// A port on loopback is open to every web page its operator looks at: the page
// can send requests to it, such as one for a profile, and, by a host name that it
// points to 127.0.0.1 (DNS rebinding), read the answers. Hence the check of who
// asks, for every method, and, without a token, of the host name.
func (d *doorkeeper) check(r *http.Request) error {
	if !d.admitted(r) {
		return lottery.Refuse(lottery.KindUnauthorized, "send the admin token as 'Authorization: Bearer <token>'")
	}
	if fromOtherPage(r) {
		return lottery.Refuse(KindForbiddenOrigin, "the admin port does not answer to web pages of other origins; type the address yourself, or use curl")
	}
	if !d.locked && !isLoopback(r.Host) {
		return lottery.Refuse(KindForbiddenOrigin,
			"without an admin token, only loopback host names are allowed, not %q; set admin_token", clip(r.Host))
	}
	return nil
}

// fromOtherPage reports whether a browser sent r on behalf of a page of another
// origin, be it of the same site. net/http's CrossOriginProtection lets GET pass,
// but a GET for a profile costs CPU for as long as it says. What a person types,
// what a page of ours asks for, and programs that are no browsers pass.
//
// Browsers of before 2023 may send neither header with a GET: a token helps.
func fromOtherPage(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "": // no browser, or an old one
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || u.Host == "" || u.Host != r.Host
}

// isLoopback reports whether a Host header names this machine to itself.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
