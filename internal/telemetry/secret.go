package telemetry

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
)

// redacted stands where a secret was.
const redacted = "REDACTED"

// Secret is a string that logs, prints and marshals as REDACTED; empty, as
// nothing, so that "not set" can be told from "set". Convert it with string(s)
// where the secret itself is needed.
type Secret string

// String hides the secret from fmt.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides it from %#v.
func (s Secret) GoString() string { return fmt.Sprintf("telemetry.Secret(%q)", s.String()) }

// LogValue hides it from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides it from text encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON hides it from encoding/json.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// SecretURL is a URL whose password is shown as REDACTED. One that does not
// parse is hidden whole, since nobody knows where its password is.
type SecretURL string

// String gives the URL without its password, and without the values of its
// query, which may hold one too (?password=…).
func (s SecretURL) String() string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(string(s))
	if err != nil || u.Scheme == "" || u.Opaque != "" {
		return redacted
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), redacted)
	}
	query := u.Query()
	for name := range query {
		if !harmless(name) {
			query.Set(name, redacted)
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// harmless lists the connection parameters worth showing; all others are hidden.
func harmless(name string) bool {
	switch name {
	case "host", "port", "dbname", "user", "sslmode", "db", "protocol", "pool_max_conns", "application_name", "connect_timeout":
		return true
	}
	return false
}

// GoString hides the password from %#v.
func (s SecretURL) GoString() string { return fmt.Sprintf("telemetry.SecretURL(%q)", s.String()) }

// LogValue hides the password from slog.
func (s SecretURL) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the password from encoders.
func (s SecretURL) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
