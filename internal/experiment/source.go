package experiment

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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

// FindSource tries the usual places on the host of rawURL: /metrics and
// /debug/vars. It returns nil when neither has what is looked for.
func FindSource(ctx context.Context, rawURL string, tlsConfig *tls.Config) *Source {
	for _, path := range []string{"/metrics", "/debug/vars"} {
		source := NewSource(endpoint.Base(rawURL)+path, tlsConfig)
		if _, _, err := source.Read(ctx); err == nil {
			return source
		}
	}
	return nil
}

// Read asks for the metrics now. format is "prometheus" or "expvar".
func (s *Source) Read(ctx context.Context) (reading Reading, format string, err error) {
	body, err := s.get(ctx)
	if err == nil {
		reading, format, err = ParseReading(body)
	}
	if err != nil {
		return nil, "", fmt.Errorf("metrics at %s: %w", endpoint.Redact(s.URL), err)
	}
	return reading, format, nil
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
