package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/faultylink"
	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// site is one lotteryd over private stores, with a link to each that can fail.
type site struct {
	servers            *localservices.Services
	toRedis, toLedger  *faultylink.Link
	process            *experiment.Process
	public, admin, log string
	redis              *goredis.Client // past the link
	client             *http.Client    // of draws that are sent one by one
}

// closeTimeout bounds the end of a site.
const closeTimeout = 30 * time.Second

func (b *bench) open(ctx context.Context) (s *site, err error) {
	b.runs++
	s = &site{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}, log: filepath.Join(b.folder, fmt.Sprintf("run-%d.log", b.runs))}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(ctx))
		}
	}()
	if s.servers, err = localservices.Start(ctx, localservices.Options{Redis: true, Postgres: true}); err != nil {
		return s, err
	}
	conf, err := goredis.ParseURL(s.servers.RedisURL())
	if err != nil {
		return s, err
	}
	s.redis = goredis.NewClient(conf)
	redisURL, toRedis, err := behind(s.servers.RedisURL())
	if s.toRedis = toRedis; err != nil {
		return s, err
	}
	ledgerURL, toLedger, err := behind(s.servers.PostgresURL())
	if s.toLedger = toLedger; err != nil {
		return s, err
	}
	if s.public, err = freeAddress(); err != nil {
		return s, err
	}
	if s.admin, err = freeAddress(); err != nil {
		return s, err
	}
	s.process, err = experiment.StartProcess(append([]string{b.lotteryd, "serve", "--migrate", "--drain-delay", "0s", "--recorder", "off",
		"--log-format", "json", "--listen", s.public, "--admin-listen", s.admin}, strings.Fields(b.flags)...),
		[]string{"LOTTERYD_REDIS_URL=" + redisURL, "LOTTERYD_POSTGRES_URL=" + ledgerURL, "LOTTERYD_ADMIN_TOKEN="}, s.log)
	if err != nil {
		return s, err
	}
	return s, s.awaitReady(ctx)
}

// behind opens a link to a server and returns the URL that leads through it.
func behind(text string) (string, *faultylink.Link, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", nil, err
	}
	link, err := faultylink.Open(u.Host)
	if err != nil {
		return "", nil, err
	}
	u.Host = link.Address()
	return u.String(), link, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (s *site) awaitReady(ctx context.Context) error {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		if s.ready(ctx) == http.StatusOK {
			return nil
		}
	}
	text, _ := os.ReadFile(s.log)
	return fmt.Errorf("lotteryd did not become ready; its log ends: %s", text[max(0, len(text)-1000):])
}

// ready is the status of /readyz; 0 without an answer.
func (s *site) ready(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	resp, err := get(ctx, "http://"+s.admin+"/readyz")
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func get(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

// put creates an activity in which 40 of 40 + blank draws win, as long as there are
// units.
func (s *site) put(ctx context.Context, id string, units, blank int) error {
	now := time.Now()
	body, err := json.Marshal(map[string]any{
		"id": id, "name": "Faults", "starts": now.Add(-time.Minute), "ends": now.Add(time.Hour), "blank_weight": blank,
		"prizes": []map[string]any{{"id": "mug", "tier": "third", "name": "Mug", "weight": 40, "stock": units}},
	})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "http://"+s.admin+"/v1/activities/"+id, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("creating activity %s: %s: %s", id, resp.Status, text)
	}
	return nil
}

// metrics reads those series that have no labels.
func (s *site) metrics(ctx context.Context) (map[string]float64, error) {
	resp, err := get(ctx, "http://"+s.admin+"/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	all := make(map[string]float64)
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			all[name] = v
		}
	}
	return all, nil
}

func (s *site) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	var errs []error
	if s.process != nil {
		errs = append(errs, s.process.Stop(ctx))
	}
	for _, l := range []*faultylink.Link{s.toRedis, s.toLedger} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	if s.redis != nil {
		errs = append(errs, s.redis.Close())
	}
	if s.servers != nil {
		errs = append(errs, s.servers.Stop(ctx))
	}
	return errors.Join(errs...)
}
