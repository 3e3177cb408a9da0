package workload

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// pprofTimeout bounds one question for profiles.
const pprofTimeout = 5 * time.Second

// NoPprofError says that a service has no profiles where they were looked for.
type NoPprofError struct {
	URL string // without secrets
	Err error
}

// Error names the place and why.
func (e *NoPprofError) Error() string { return fmt.Sprintf("no profiles at %s (%v)", e.URL, e.Err) }

// Unwrap returns the cause.
func (e *NoPprofError) Unwrap() error { return e.Err }

// checkPprof asks each target whether it has net/http/pprof at all, so that
// nobody waits for rounds of load to hear that it has not. The index is asked
// for first; who registers single handlers may have none.
func checkPprof(ctx context.Context, targets []profiles.Target) error {
	for _, t := range targets {
		u := endpoint.Split(t.URL)
		path, _, _ := strings.Cut(u.Rest, "?")
		path, _ = endpoint.CutPprof(path)
		base := u.Base() + path + endpoint.PprofPath + "/"
		var missing error
		for _, page := range []string{"", "cmdline", "symbol"} {
			if missing = askPprof(ctx, t, base+page); missing == nil {
				break
			}
		}
		if missing != nil {
			return &NoPprofError{endpoint.Redact(base), missing}
		}
	}
	return nil
}

func askPprof(ctx context.Context, t profiles.Target, page string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return errors.New("no URL")
	}
	for name, values := range t.Header {
		request.Header[name] = values
	}
	client := http.Client{
		Timeout:       pprofTimeout,
		Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: t.TLS},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		var wrapped *url.Error // its text repeats the URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("it answered %s", response.Status)
	}
	return nil
}
