package httpapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// doorkeeper decides who may use the admin port.
type doorkeeper struct {
	locked bool
	// hash of the token: comparing hashes takes the same time for every guess,
	// whatever its length.
	hash [sha256.Size]byte
	// crossOrigin refuses what a browser sends on behalf of another site.
	crossOrigin *http.CrossOriginProtection
}

func newDoorkeeper(token string) doorkeeper {
	return doorkeeper{
		locked:      token != "",
		hash:        sha256.Sum256([]byte(token)),
		crossOrigin: http.NewCrossOriginProtection(),
	}
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
// can post to it, and, by a host name that it points to 127.0.0.1 (DNS
// rebinding), read from it. Hence the check of origin, and, without a token, of
// the host name.
func (d *doorkeeper) check(r *http.Request) error {
	if !d.admitted(r) {
		return lottery.Refuse(lottery.KindUnauthorized, "send the admin token as 'Authorization: Bearer <token>'")
	}
	if err := d.crossOrigin.Check(r); err != nil {
		return lottery.Refuse(KindForbiddenOrigin, "the admin port does not answer to web pages of other origins")
	}
	if !d.locked && !isLoopback(r.Host) {
		return lottery.Refuse(KindForbiddenOrigin,
			"without an admin token, only loopback host names are allowed, not %q; set admin_token", clip(r.Host))
	}
	return nil
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
