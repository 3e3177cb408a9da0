package endpoint

import (
	"net/http"
	"slices"
	"strings"
)

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
