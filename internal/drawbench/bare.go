package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// serveBare is the yardstick: what a handler costs that does nothing but one
// call of the same script through go-redis' pool and a constant answer. It
// decodes nothing, checks nothing, remembers nothing and observes nothing.
func serveBare(ctx context.Context, spec string) error {
	parts := strings.SplitN(spec, ",", 4)
	if len(parts) != 4 {
		return fmt.Errorf("--bare wants listen,activity,run-id,redis-url; got %q", spec)
	}
	listen, activity, runID := parts[0], parts[1], parts[2]
	conf, err := goredis.ParseURL(parts[3])
	if err != nil {
		return err
	}
	conf.PoolSize = 64 // one a client connection: nobody waits for the pool
	client := goredis.NewClient(conf)
	defer client.Close()
	h := &bareHandler{client: client, script: goredis.NewScript(redis.DrawScript()), runID: runID}
	for _, name := range []string{"meta", "users", "records", "units", "free", "journal", "holds"} {
		h.keys = append(h.keys, "lotteryd:{"+activity+"}:"+name)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

type bareHandler struct {
	client *goredis.Client
	script *goredis.Script
	keys   []string
	runID  string
	draws  atomic.Uint64
}

// ServeHTTP draws a loss for a user nobody has seen.
func (h *bareHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	id := fmt.Sprintf("%024d", h.draws.Add(1))
	reply, err := h.script.Run(r.Context(), h.client, h.keys,
		2, 1, h.runID, 0, strconv.FormatInt(1<<52, 10), 0, 0, "draw", id, "L\x00\x00\x00\x00").Text()
	if err != nil || reply != "L" {
		http.Error(w, fmt.Sprint(reply, err), http.StatusInternalServerError)
		return
	}
	w.Header()["Content-Type"] = []string{"application/json"}
	_, _ = io.WriteString(w, `{"result":"loss"}`)
}
