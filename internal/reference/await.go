package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
)

// startTimeout bounds the start of a lotteryd, its migration included.
const startTimeout = 60 * time.Second

// pollEvery is how often a starting lotteryd is looked at.
const pollEvery = 20 * time.Millisecond

// await polls done until it is true, the process ends, or ctx does.
func await(ctx context.Context, process *experiment.Process, what string, done func() bool) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !done() {
		select {
		case <-process.Ended():
			return process.EarlyEnd()
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("lotteryd was not %s within %v", what, startTimeout)
			}
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// awaitListening reads the two addresses, chosen by the system, from the
// server's log: a port chosen by us could be taken before the server has it.
func awaitListening(ctx context.Context, process *experiment.Process) (public, admin string, err error) {
	err = await(ctx, process, "listening", func() bool {
		for line := range bytes.Lines(process.Log()) {
			var entry struct{ Msg, Public, Admin string }
			if json.Unmarshal(line, &entry) == nil && entry.Msg == "listening" {
				public, admin = entry.Public, entry.Admin
			}
		}
		return admin != ""
	})
	return public, admin, err
}

func awaitReady(ctx context.Context, process *experiment.Process, admin string) error {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return await(ctx, process, "ready", func() bool {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/readyz", nil)
		if err != nil {
			return false
		}
		response, err := client.Do(request)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}
