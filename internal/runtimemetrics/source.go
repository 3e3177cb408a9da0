package runtimemetrics

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
)

// Bounds of one reading of metrics.
const (
	readingTimeout = 5 * time.Second
	maxReading     = 16 << 20
)

// Source is a URL with runtime metrics. It keeps no connection open between
// readings: an idle one would be one more thing in the service measured.
type Source struct {
	URL    string
	client http.Client
}

// NewSource returns the source at rawURL without asking it anything. tlsConfig
// is for https and may be nil.
func NewSource(rawURL string, tlsConfig *tls.Config) *Source {
	return &Source{URL: rawURL, client: http.Client{
		Timeout:   readingTimeout,
		Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: tlsConfig},
	}}
}

// Places are the addresses where a service usually shows its runtime metrics:
// /metrics and /debug/vars, below the path of base if it has one, and at its
// root. net/http/pprof's path at the end of base is left out, and a query. Take [endpoint.Base] of a URL whose path is that of a request.
func Places(base string) []string {
	u := endpoint.Split(base)
	path, _, _ := strings.Cut(u.Rest, "?")
	path, _ = endpoint.CutPprof(path)
	prefixes := []string{path, ""}
	if path == "" {
		prefixes = prefixes[1:]
	}
	var places []string
	for _, prefix := range prefixes {
		for _, page := range []string{"/metrics", "/debug/vars"} {
			places = append(places, u.Base()+prefix+page)
		}
	}
	return places
}

// Find tries the [Places] of base. It returns nil when none has a [Reading].
// Each place is asked once and has five seconds.
func Find(ctx context.Context, base string, tlsConfig *tls.Config) *Source {
	for _, place := range Places(base) {
		source := NewSource(place, tlsConfig)
		if _, _, err := source.Read(ctx); err == nil {
			return source
		}
	}
	return nil
}

// Read asks for the metrics now. The error names the URL, as [endpoint.Redact]
// leaves it.
func (s *Source) Read(ctx context.Context) (Reading, Format, error) {
	body, err := s.get(ctx)
	if err != nil {
		return nil, "", s.failed(err)
	}
	reading, format, err := ParseReading(body)
	if err != nil {
		return nil, "", s.failed(err)
	}
	return reading, format, nil
}

// ReadText asks for the metrics now and returns them as they came, for
// [ParseReading], [Parse] and [Samples]. The error is as that of Read.
func (s *Source) ReadText(ctx context.Context) ([]byte, error) {
	body, err := s.get(ctx)
	if err != nil {
		return nil, s.failed(err)
	}
	return body, nil
}

func (s *Source) failed(err error) error {
	return fmt.Errorf("metrics at %s: %w", endpoint.Redact(s.URL), err)
}

func (s *Source) get(ctx context.Context) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "text/plain;version=0.0.4, application/json;q=0.5")
	response, err := s.client.Do(request)
	if err != nil {
		var wrapped *url.Error // its text repeats the URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReading+1))
	if len(body) > maxReading {
		return nil, fmt.Errorf("they are longer than %d MiB", maxReading>>20)
	}
	return body, err
}
