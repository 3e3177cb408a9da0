package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	goredis "github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/redis"
)

// bareSpec says what the yardstick serves; as JSON, it is an argument of this
// program.
type bareSpec struct {
	Listen, Activity, RunID string
	Redis                   string // URL
	Postgres                string // URL; "" for no wins
}

// serveBare is the yardstick: what a handler costs that does nothing but one
// call of the same script through go-redis' pool and a constant answer. It
// decodes nothing, checks nothing, remembers nothing and observes nothing. With
// Postgres, it also inserts one row for every tenth draw before it answers.
func serveBare(ctx context.Context, text string) error {
	var spec bareSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return fmt.Errorf("--bare: %w", err)
	}
	conf, err := goredis.ParseURL(spec.Redis)
	if err != nil {
		return err
	}
	conf.PoolSize = 64 // one a client connection: nobody waits for the pool
	client := goredis.NewClient(conf)
	defer client.Close()
	h := &bareHandler{client: client, script: goredis.NewScript(redis.DrawScript()), runID: spec.RunID}
	for _, name := range []string{"meta", "users", "records", "units", "free", "journal", "holds"} {
		h.keys = append(h.keys, "lotteryd:{"+spec.Activity+"}:"+name)
	}
	if spec.Postgres != "" {
		if h.ledger, err = openLedger(ctx, spec.Postgres); err != nil {
			return err
		}
		defer h.ledger.Close()
	}
	l, err := net.Listen("tcp", spec.Listen)
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
	ledger *pgxpool.Pool // nil: nobody wins
}

// openLedger makes the table of wins anew.
func openLedger(ctx context.Context, url string) (*pgxpool.Pool, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	for _, sql := range []string{"DROP TABLE IF EXISTS drawbench", "CREATE TABLE drawbench (unit bigint PRIMARY KEY, won_by text NOT NULL)"} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			pool.Close()
			return nil, err
		}
	}
	return pool, nil
}

// ServeHTTP draws a loss for a user nobody has seen.
func (h *bareHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	draw := h.draws.Add(1)
	id := fmt.Sprintf("%024d", draw)
	reply, err := h.script.Run(r.Context(), h.client, h.keys,
		2, 1, h.runID, 0, strconv.FormatInt(1<<52, 10), 0, 0, "draw", id, "L\x00\x00\x00\x00").Text()
	if err != nil || reply != "L" {
		http.Error(w, fmt.Sprint(reply, err), http.StatusInternalServerError)
		return
	}
	if h.ledger != nil && draw%10 == 0 {
		if _, err := h.ledger.Exec(r.Context(), "INSERT INTO drawbench VALUES ($1, $2)", int64(draw), id); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	w.Header()["Content-Type"] = []string{"application/json"}
	_, _ = io.WriteString(w, `{"result":"loss"}`)
}
