package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// seedTimeout bounds the call to the admin port.
const seedTimeout = 30 * time.Second

// seedFormat is the version of what --json prints; it grows when a field
// changes its meaning or goes.
const seedFormat = 1

// seedOptions are seed's flags.
type seedOptions struct {
	file  string
	admin string
	token string
	json  bool
}

// newSeedCmd makes `lotteryd seed`.
func newSeedCmd(env environment) *cobra.Command {
	var o seedOptions
	cmd := &cobra.Command{
		Use:   "seed -f activity.yaml",
		Short: "Create or change an activity of a running lotteryd",
		Long: `Create the activity that a YAML or JSON file describes, or change the one that
exists: its window, weights, limits and block list. Prizes and stock of an
existing activity may not change. You can seed the same file again: that changes nothing.

It talks to the admin port of a running lotteryd and prints what was done and
the commitment to the dice: publish it before the activity starts.`,
		Example: `  lotteryd seed -f activity.yaml
  lotteryd seed -f - --json < activity.yaml
  LOTTERYD_ADMIN_TOKEN=... lotteryd seed -f activity.yaml --admin https://lotteryd.internal:8081`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runSeed(cmd.Context(), env, o) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.file, "file", "f", "", "file with the activity, YAML or JSON; - for stdin (required)")
	flags.StringVar(&o.admin, "admin", "http://127.0.0.1:8081", "address of the admin port")
	flags.StringVar(&o.token, "token", "", "bearer token of the admin port; prefer LOTTERYD_ADMIN_TOKEN, because other users can see command lines")
	flags.BoolVar(&o.json, "json", false, "print the outcome as JSON")
	return cmd
}

// runSeed reads and checks the file before it talks to anybody.
func runSeed(ctx context.Context, env environment, o seedOptions) error {
	spec, err := readActivity(env.stdin, o.file)
	if err != nil {
		return err
	}
	base, err := url.Parse(o.admin)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.User != nil {
		return fmt.Errorf("--admin is not usable; use a URL such as http://127.0.0.1:8081")
	}
	if o.token == "" {
		o.token = env.getenv("LOTTERYD_ADMIN_TOKEN")
	}
	ctx, cancel := context.WithTimeout(ctx, seedTimeout)
	defer cancel()
	result, err := putActivity(ctx, base.JoinPath("v1", "activities", spec.ID).String(), o.token, spec)
	if err != nil {
		return err
	}
	return printSeeded(env.stdout, result, o.json)
}

func readActivity(stdin io.Reader, path string) (lottery.Spec, error) {
	switch path {
	case "":
		return lottery.Spec{}, errors.New("no activity given; use -f activity.yaml, or -f - for stdin")
	case "-":
		return parseActivityFile(stdin, "standard input")
	}
	f, err := os.Open(path)
	if err != nil {
		return lottery.Spec{}, fmt.Errorf("-f: %w; use a readable YAML or JSON file", err)
	}
	defer f.Close()
	return parseActivityFile(f, path)
}

// putActivity sends the spec and reads what became of it.
func putActivity(ctx context.Context, target, token string, spec lottery.Spec) (httpapi.PutResult, error) {
	body, err := json.Marshal(spec)
	if err != nil {
		return httpapi.PutResult{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, target, bytes.NewReader(body))
	if err != nil {
		return httpapi.PutResult{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{
		Transport: &http.Transport{DisableKeepAlives: true},
		// A redirect would carry the token to wherever it points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return httpapi.PutResult{}, unreachable(request.URL.Host, err)
	}
	defer response.Body.Close()
	return readSeeded(response)
}

// unreachable says why there is no answer from host.
func unreachable(host string, err error) error {
	var cause *url.Error
	if errors.As(err, &cause) {
		err = cause.Err // without the method and URL around it
	}
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("stopped before the admin port answered; run seed again, this is safe")
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the admin port at %s did not answer within %s; run seed again, this is safe", host, seedTimeout)
	}
	return fmt.Errorf("the admin port at %s cannot be reached: %w; is lotteryd running there?", host, err)
}

// readSeeded reads the admin port's answer: the result, or the problem's detail.
func readSeeded(response *http.Response) (result httpapi.PutResult, err error) {
	answer, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return result, fmt.Errorf("the answer of the admin port is incomplete: %w; run seed again, this is safe", err)
	}
	if response.StatusCode == http.StatusOK || response.StatusCode == http.StatusCreated {
		if err := json.Unmarshal(answer, &result); err == nil && result.Outcome != "" {
			return result, nil
		}
	}
	var problem struct{ Kind, Detail string }
	if json.Unmarshal(answer, &problem) == nil && problem.Kind != "" {
		return result, fmt.Errorf("refused (%s): %s", problem.Kind, problem.Detail)
	}
	return result, fmt.Errorf("%s answered %s, which is not lotteryd's admin port; check --admin", response.Request.URL.Host, response.Status)
}

// printSeeded prints the outcome for people, or for machines.
func printSeeded(w io.Writer, r httpapi.PutResult, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Format     int             `json:"format"`
			Outcome    httpapi.Outcome `json:"outcome"`
			ID         string          `json:"id"`
			Version    int64           `json:"version"`
			Commitment string          `json:"commitment"`
		}{seedFormat, r.Outcome, r.Activity.Spec.ID, r.Activity.Version, r.Activity.Commitment})
	}
	_, err := fmt.Fprintf(w, "%s activity %q, version %d\ncommitment to the dice: %s\n",
		r.Outcome, r.Activity.Spec.ID, r.Activity.Version, r.Activity.Commitment)
	return err
}
