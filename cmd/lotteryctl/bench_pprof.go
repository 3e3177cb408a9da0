package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/endpoint"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// checkPprof asks each target whether it has net/http/pprof at all, so that
// nobody waits for rounds of load to hear that it has not. The index is asked
// for first; who registers single handlers may have none. flag is what says
// where to look.
func checkPprof(ctx context.Context, targets []profiles.Target, flag string) error {
	for _, t := range targets {
		base := strings.TrimSuffix(strings.TrimRight(t.URL, "/"), "/debug/pprof") + "/debug/pprof/"
		var missing error
		for _, page := range []string{"", "cmdline", "symbol"} {
			if missing = askPprof(ctx, t, base+page); missing == nil {
				break
			}
		}
		if missing != nil {
			return fmt.Errorf("no profiles at %s (%w): the service must serve net/http/pprof; say where with --%s", endpoint.Redact(base), missing, flag)
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
		Timeout:       dialTimeout,
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
