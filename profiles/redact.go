package profiles

import (
	"net/http"
	"net/url"
	"slices"
)

// redactURL is a URL without what may be secret: who asks, and the query.
func redactURL(u *url.URL) string {
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	text := clean.String()
	if u.User != nil {
		text = u.Scheme + "://***@" + text[len(u.Scheme+"://"):]
	}
	if u.RawQuery != "" {
		text += "?***"
	}
	return text
}

// headerNames are the names of headers, whose values may be secret.
func headerNames(header http.Header) []string {
	var names []string
	for name := range header {
		names = append(names, http.CanonicalHeaderKey(name))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
