package profiles

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

// NoMetrics as [Target.MetricsURL] leaves the runtime metrics out.
const NoMetrics = "none"

// Target is a running Go service that has net/http/pprof.
type Target struct {
	// Name names the target in the bundle and in messages: letters, digits,
	// and . _ - within. By default it is made of the URL's host and port.
	Name string

	// URL is where the service is, such as http://127.0.0.1:6060. A path is kept
	// as a prefix: with http://host/admin profiles come from
	// /admin/debug/pprof/. The address of net/http/pprof or of one of its pages is
	// fine, too: what follows /debug/pprof is ignored. Required.
	URL string

	// Header is sent with each request to this target and to no other host.
	// Optional.
	Header http.Header

	// TLS configures https. By default the system's roots are trusted.
	TLS *tls.Config

	// MetricsURL is where the service shows its runtime metrics: the text format
	// of Prometheus or the JSON of expvar. By default /metrics and /debug/vars
	// are tried, below the URL's path and at its root; NoMetrics asks for none.
	// If Header is set, it must have the scheme and host of URL.
	MetricsURL string

	// Process is what the caller knows of the service's process already, such as
	// the revision of its build. Capture adds what it learns. Optional.
	Process Process
}

// base is the URL without a trailing slash, /debug/pprof and what follows it.
func (t *Target) base() (*url.URL, error) {
	u, err := parseURL(t.URL)
	if err != nil {
		return nil, err
	}
	u.Path, _ = endpoint.CutPprof(u.Path)
	u.RawPath, u.RawQuery, u.ForceQuery = "", "", false
	return u, nil
}

// isPageQuery reports whether a query has only the parameters of net/http/pprof's
// pages, which we set ourselves.
func isPageQuery(u *url.URL) bool {
	if _, page := endpoint.CutPprof(u.Path); !page {
		return u.RawQuery == ""
	}
	for name := range u.Query() {
		if name != "seconds" && name != "debug" && name != "gc" {
			return false
		}
	}
	return true
}

// parseURL refuses what is no address of an HTTP service. The text may hold a
// password, so errors do not repeat it.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, errors.New("the URL is empty; use an address such as http://127.0.0.1:6060")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, errors.New("the URL must begin with http:// or https:// and a host, such as http://127.0.0.1:6060")
	case !isPageQuery(u) || u.Fragment != "":
		return nil, errors.New("the URL must not have a query or a fragment; use the address of the service, not of one of its profiles")
	}
	return u, nil
}

// check refuses targets that cannot be asked.
func (t *Target) check() error {
	base, err := t.base()
	if err != nil {
		return err
	}
	if t.Name != "" && !isName(t.Name) {
		return fmt.Errorf("the name %q must consist of letters, digits, '.', '_' and '-', and begin with a letter or digit", t.Name)
	}
	if t.MetricsURL == "" || t.MetricsURL == NoMetrics {
		return nil
	}
	u, err := url.Parse(t.MetricsURL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return errors.New("the metrics URL must begin with http:// or https:// and a host, or be none")
	case len(t.Header) > 0 && (u.Host != base.Host || u.Scheme != base.Scheme):
		return fmt.Errorf("the metrics are at %s://%s and the service is at %s://%s; headers for one are not sent to the other", u.Scheme, u.Host, base.Scheme, base.Host)
	}
	return nil
}

// isName says whether a name is good for a folder.
func isName(name string) bool {
	for i, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("._-", c)) {
			return false
		}
	}
	return name != "" && len(name) <= 100
}

// sameTargets finds two targets that are one; i is j if there are none.
func sameTargets(targets []Target) (i, j int) {
	seen := map[string][]int{}
	for j := range targets {
		base, err := targets[j].base()
		if err != nil {
			continue // check says what is wrong with it
		}
		address := strings.ToLower(base.Scheme+"://"+base.Host) + base.Path
		for _, i := range seen[address] { // a gateway may tell replicas by a header
			if maps.EqualFunc(targets[i].Header, targets[j].Header, slices.Equal) {
				return i, j
			}
		}
		seen[address] = append(seen[address], j)
	}
	return 0, 0
}

// targetNames gives each target a name of its own: that given, else its host;
// the second of the same name becomes name-2.
func targetNames(targets []Target) ([]string, error) {
	taken := map[string]bool{}
	names := make([]string, len(targets))
	for i := range targets {
		if name := targets[i].Name; name != "" {
			if taken[strings.ToLower(name)] {
				return nil, fmt.Errorf("two targets are called %s", name)
			}
			taken[strings.ToLower(name)], names[i] = true, name
		}
	}
	for i := range targets {
		if names[i] != "" {
			continue
		}
		base := hostName(targets[i].URL)
		name := base
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		taken[strings.ToLower(name)], names[i] = true, name
	}
	return names, nil
}

// hostName makes a name of a URL's host and port.
func hostName(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "target"
	}
	name := strings.Map(func(c rune) rune {
		if isName("a" + string(c)) {
			return c
		}
		return '-'
	}, u.Host)
	if name = strings.Trim(name, "._-"); len(name) > 80 {
		name = name[:80]
	}
	if name == "" {
		return "target"
	}
	return name
}
