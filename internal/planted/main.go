// Command planted is a small service with faults to order. It is what the
// toolkit is tried on: a tool that finds causes must find one that is known.
//
// Every request to / does a fixed amount of arithmetic and answers in JSON; the
// flags add a share of work to all requests, a sleep to some of them, a limit on how
// many are served per second, stalls of the complete service, or its end. Its Go
// runtime metrics are at /debug/vars, its profiles at /debug/pprof/.
//
//	go build -o bin/planted ./internal/planted
//	lotteryctl bench --arm healthy='bin/planted --port {{port}}' \
//	    --arm burning='bin/planted --port {{port}} --burn 0.05' --url 'http://127.0.0.1:{{port}}/?user={{user}}'
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"expvar"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "planted:", err)
		os.Exit(2)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	var s service
	flags := flag.NewFlagSet("planted", flag.ContinueOnError)
	flags.SetOutput(stderr)
	port := flags.Int("port", 0, "port on loopback; 0 takes a free one")
	flags.IntVar(&s.rounds, "rounds", 2000, "work of a request, in SHA-256 blocks")
	flags.Float64Var(&s.burn, "burn", 0, "share of work added to every request, such as 0.05")
	flags.Float64Var(&s.share, "sleep-share", 0, "share of requests that sleep")
	flags.DurationVar(&s.sleep, "sleep", time.Millisecond, "how long those sleep")
	flags.Float64Var(&s.capacity, "capacity", 0, "requests served per second, one after the other; 0: as many as it can")
	flags.DurationVar(&s.stall, "stall", 200*time.Millisecond, "how long the service stands still, if --stall-every is set")
	flags.DurationVar(&s.stallEvery, "stall-every", 0, "time from the start of a stall to the start of the next; 0: no stalls")
	dieAfter := flags.Duration("die-after", 0, "time until the service ends by itself, with exit code 3; 0: never")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return err
	}
	fmt.Fprintln(stderr, "planted: listening on", listener.Addr())
	if *dieAfter > 0 {
		time.AfterFunc(*dieAfter, func() { os.Exit(3) })
	}
	stopStalls := s.startStalls(ctx)
	defer stopStalls()
	return serve(ctx, listener, s.routes())
}

// serve ends when ctx does and every request was answered.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := server.Shutdown(stopping)
	if serveErr := <-failed; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// service is the work and the faults planted into it.
type service struct {
	rounds int
	burn   float64
	share  float64
	sleep  time.Duration

	capacity          float64 // per second; 0: no limit
	stall, stallEvery time.Duration

	standing sync.RWMutex // held for writing while the service stands still
	slots    sync.Mutex   // guards nextSlot
	nextSlot time.Time    // when the next request may be served
}

func (s *service) check() error {
	switch {
	case s.rounds < 1:
		return fmt.Errorf("--rounds is %d; use 1 or more", s.rounds)
	case !(s.burn >= 0):
		return fmt.Errorf("--burn is %v; use 0 or more", s.burn)
	case !(s.share >= 0 && s.share <= 1):
		return fmt.Errorf("--sleep-share is %v; use 0 to 1", s.share)
	case !(s.capacity >= 0):
		return fmt.Errorf("--capacity is %v; use 0 or more", s.capacity)
	case s.stallEvery != 0 && (s.stall <= 0 || s.stallEvery <= s.stall):
		return fmt.Errorf("--stall is %v and --stall-every is %v; use a stall above 0 and a longer time between", s.stall, s.stallEvery)
	}
	return nil
}

// startStalls lets the service stand still now and then. stop waits for the end
// of a stall.
func (s *service) startStalls(ctx context.Context) (stop func()) {
	if s.stallEvery == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(s.stallEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				s.standing.Lock()
				time.Sleep(s.stall)
				s.standing.Unlock()
			}
		}
	})
	return func() {
		cancel()
		work.Wait()
	}
}

// queue waits until it is the request's turn, in the order in which they come.
func (s *service) queue() {
	if s.capacity == 0 {
		return
	}
	s.slots.Lock()
	now := time.Now()
	if s.nextSlot.Before(now) {
		s.nextSlot = now
	}
	s.nextSlot = s.nextSlot.Add(time.Duration(float64(time.Second) / s.capacity))
	turn := s.nextSlot
	s.slots.Unlock()
	time.Sleep(time.Until(turn))
}

func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.work)
	mux.Handle("/debug/vars", expvar.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// work answers one request. Which requests sleep follows from what they ask,
// so that the same load meets the same faults.
func (s *service) work(w http.ResponseWriter, r *http.Request) {
	s.queue()
	s.standing.RLock()
	defer s.standing.RUnlock()
	sum := hash([]byte(r.URL.RawQuery), s.rounds)
	if extra := int(math.Round(float64(s.rounds) * s.burn)); extra > 0 {
		sum = burnMore(sum, extra)
	}
	if s.share > 0 && chosen(r.URL.RawQuery, s.share) {
		time.Sleep(s.sleep)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"sum": fmt.Sprintf("%x", sum)}) // the client may be gone
}

// hash is the work that every request needs.
//
//go:noinline
func hash(text []byte, rounds int) [sha256.Size]byte {
	sum := sha256.Sum256(text)
	for range rounds {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

// burnMore is the planted waste, under a name that a profile can show.
//
//go:noinline
func burnMore(sum [sha256.Size]byte, rounds int) [sha256.Size]byte {
	for range rounds {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

// chosen picks a share of all texts.
func chosen(text string, share float64) bool {
	h := fnv.New64a()
	_, _ = io.WriteString(h, text)
	return float64(h.Sum64()%10_000) < share*10_000
}
