package profiles

import (
	"net/http"
	"net/url"
	"slices"
)

// redactURL is a URL without what may be secret: who, and what is asked.
func redactURL(u *url.URL) string {
	clean := *u
	if clean.User != nil {
		clean.User = nil
		clean.Host = "***@" + clean.Host
	}
	if clean.RawQuery != "" {
		clean.RawQuery = "***"
	}
	return clean.String()
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
