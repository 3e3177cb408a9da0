// Package redis is the fast half of the draw protocol: it reserves numbered
// units in one Lua script and remembers every answer, and can be rebuilt from
// the ledger at any time.
//
// A tour: [Open] connects; [Store.Reserve] hands a ticket to a lane, which
// shares one call of draw.lua among the tickets that wait for it (see
// internal/batch); workshop.go is the back door through which the domain's
// keeper rebuilds; watch.go hears of changes made by other instances.
//
// # Which Redis is this?
//
// A Redis that restarts may have lost its last second or everything. Every lane
// therefore owns one connection and learns, whenever that connection is made,
// the run_id of the process behind it. The script compares it with the run_id
// the state was published under, so no draw is ever taken from a state that has
// not been checked against the ledger since the restart.
package redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/batch"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

//go:embed draw.lua
var drawScript string // constant in effect: go:embed needs a variable

//go:embed remember.lua
var rememberScript string

//go:embed undo.lua
var undoScript string

//go:embed resume.lua
var resumeScript string

//go:embed raise.lua
var raiseScript string

// DrawScript returns the source of the draw script. Tests plant faults in a
// copy and hand it to [Options.DrawScript] to see the checker find them.
func DrawScript() string { return drawScript }

// Options configure a [Store].
type Options struct {
	URL string // redis://[user:password@]host:port[/db]; required
	// Lanes is how many connections carry draws. One saturates a core of Redis;
	// the second hides the round trip of the first. By default, 2.
	Lanes int
	// MaxBatch bounds how many draws share a script call, and so how long one
	// call may keep Redis from everybody else. By default, 128.
	MaxBatch int
	// Timeout bounds one draw call, from dialling to the answer. By default, 1 s.
	Timeout time.Duration
	// DrawScript replaces the draw script. By default, [DrawScript].
	DrawScript string
	// BatchSize is told how many draws shared a call. By default, nobody is.
	BatchSize func(n int)
}

func (o Options) withDefaults() Options {
	if o.Lanes <= 0 {
		o.Lanes = 2
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = 128
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Second
	}
	if o.DrawScript == "" {
		o.DrawScript = drawScript
	}
	if o.BatchSize == nil {
		o.BatchSize = func(int) {}
	}
	return o
}

// question is what a lane is asked.
type question struct {
	ticket *lottery.Ticket
	peek   bool
}

// reply is what a lane answers.
type reply struct {
	res lottery.Reservation
	err error
}

// Store implements [lottery.Reserver] and [lottery.Workshop]. Safe for
// concurrent use. Close it.
type Store struct {
	options Options
	lanes   []*lane
	draws   *batch.Batcher[question, reply]
	control *redis.Client // rebuilds, confirmations, announcements

	confirms chan confirmation
	tasks    sync.WaitGroup

	mu        sync.Mutex
	suspended map[string]string // activity -> run_id seen by Suspend
}

var (
	_ lottery.Reserver = (*Store)(nil)
	_ lottery.Workshop = (*Store)(nil)
)

// Open prepares a store. It does not dial: see [Store.Check].
func Open(opt Options) (*Store, error) {
	opt = opt.withDefaults()
	conf, err := redis.ParseURL(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("redis url: %w", err)
	}
	conf.DialTimeout, conf.ReadTimeout, conf.WriteTimeout = opt.Timeout/2, opt.Timeout, opt.Timeout
	conf.DisableIdentity = true
	conf.DialerRetries = 1 // a draw is not worth waiting for a server that is away
	s := &Store{options: opt, suspended: make(map[string]string), confirms: make(chan confirmation, 8192)}
	for range opt.Lanes {
		s.lanes = append(s.lanes, newLane(*conf, opt))
	}
	slow := *conf
	// A rebuild loads many records in one call.
	slow.ReadTimeout, slow.WriteTimeout, slow.PoolSize, slow.MaxRetries = 10*time.Second, 10*time.Second, 8, 1
	s.control = redis.NewClient(&slow)
	s.draws = batch.New(opt.Lanes, opt.MaxBatch, func(i int, calls []*batch.Call[question, reply]) {
		opt.BatchSize(len(calls))
		s.lanes[i].run(calls)
	})
	s.tasks.Go(s.confirmLoop)
	return s, nil
}

// Close answers the draws that were accepted, sends the confirmations that
// wait, and closes all connections. No draw may be started after it.
func (s *Store) Close() error {
	s.draws.Close()
	close(s.confirms)
	s.tasks.Wait()
	errs := []error{s.control.Close()}
	for _, l := range s.lanes {
		errs = append(errs, l.client.Close())
	}
	return errors.Join(errs...)
}

// Check refuses a Redis that the protocol cannot rest on: older than 7.0, or
// one that evicts keys when its memory is full.
func (s *Store) Check(ctx context.Context) error {
	info, err := s.control.Info(ctx, "server", "memory").Result()
	if err != nil {
		return fmt.Errorf("redis at %s cannot be used: %w; start it, or correct the URL", s.control.Options().Addr, err)
	}
	version := infoField(info, "redis_version")
	if major, _, _ := strings.Cut(version, "."); len(major) == 1 && major < "7" {
		return fmt.Errorf("redis %s is too old; use Redis 7.0 or newer, or Valkey", version)
	}
	policy, limit := infoField(info, "maxmemory_policy"), infoField(info, "maxmemory")
	if policy != "noeviction" && limit != "0" {
		return fmt.Errorf("redis evicts keys when full (maxmemory-policy %s): a forgotten answer could be drawn again; set maxmemory-policy noeviction", policy)
	}
	return nil
}

// infoField finds "name:value" in the reply of INFO; "" if it is not there.
func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// Reserve implements [lottery.Reserver].
func (s *Store) Reserve(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return s.ask(ctx, question{ticket: t})
}

// Peek implements [lottery.Reserver].
func (s *Store) Peek(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return s.ask(ctx, question{ticket: t, peek: true})
}

func (s *Store) ask(ctx context.Context, q question) (lottery.Reservation, error) {
	r, err := s.draws.Do(ctx, q)
	if err != nil {
		return lottery.Reservation{}, lottery.Unavailable("Redis", err)
	}
	return r.res, r.err
}

// keys are the names of one activity's state. The braces keep them together in
// a cluster. The order is the scripts' KEYS.
func keys(activity string) []string {
	names := [...]string{"meta", "users", "records", "units", "free", "journal", "holds"}
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "lotteryd:{" + activity + "}:" + n
	}
	return out
}

// Positions in keys.
const (
	keyMeta = iota
	keyUsers
	keyRecords
	keyUnits
	keyFree
	keyJournal
	keyHolds
)

// parseReply reads one word of the draw script's reply.
func parseReply(word string) (lottery.Reservation, error) {
	if word == "" {
		return lottery.Reservation{}, errors.New("redis: empty reply from the draw script")
	}
	var r lottery.Reservation
	switch word[0] {
	case 'L', 'l':
		r.Status = lottery.StatusLost
	case 'W', 'w':
		r.Status = lottery.StatusHeld
	case 'c':
		r.Status = lottery.StatusConfirmed
	case 'n':
		r.Status = lottery.StatusNone
	case 'E':
		r.Status = lottery.StatusStaleEpoch
	case 'V':
		r.Status = lottery.StatusStaleVersion
	case 'S':
		r.Status = lottery.StatusNotStarted
	case 'X':
		r.Status = lottery.StatusEnded
	case 'B':
		r.Status = lottery.StatusBlocked
	case 'D':
		r.Status = lottery.StatusLimitReached
	case 'M':
		r.Status = lottery.StatusReused
	default:
		return r, fmt.Errorf("redis: unknown reply %q from the draw script", word)
	}
	r.Replayed = word[0] >= 'a' && word[0] != 'n' // small letters are stored answers
	var err error
	if r.Status == lottery.StatusHeld {
		r.Hold, _, _, err = parseHold(word[1:])
	} else if len(word) > 1 {
		err = fmt.Errorf("redis: unknown reply %q from the draw script", word)
	}
	return r, err
}

// holdWord is the position of the random word, the one field of 64 bits.
const holdWord = 4

// parseHold reads "prize,unit,order" and, if present, ",version,word,mark,len".
// mark and userLen are 0 in the short form.
func parseHold(text string) (h lottery.Hold, mark uint32, userLen int, err error) {
	var n [7]uint64
	count := 0
	for field := range strings.SplitSeq(text, ",") {
		if count == len(n) {
			return h, 0, 0, fmt.Errorf("redis: hold %q has too many fields", text)
		}
		if n[count], err = strconv.ParseUint(field, 10, 64); err != nil {
			return h, 0, 0, fmt.Errorf("redis: hold %q: %w", text, err)
		}
		if count != holdWord && n[count] > math.MaxUint32 {
			return h, 0, 0, fmt.Errorf("redis: hold %q: field %d is out of range", text, count+1)
		}
		count++
	}
	if count != 3 && count != 7 {
		return h, 0, 0, fmt.Errorf("redis: hold %q has %d fields", text, count)
	}
	h = lottery.Hold{Prize: int(n[0]), Unit: int64(n[1]), Order: int(n[2]), Version: int64(n[3]), Word: n[4]}
	return h, uint32(n[5]), int(n[6]), nil
}
