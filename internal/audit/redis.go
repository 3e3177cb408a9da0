package audit

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// State is what Redis says of one activity.
type State struct {
	// Dead is why no draw could be taken from this state, or "": it is absent,
	// under rebuild, or was published to a Redis process that no longer runs.
	Dead string
	// Restless is why ledger and counters cannot be compared, or "".
	Restless string
	Core
	// Before is what Redis had seen in the ledger before the ledger was read.
	Before Seen
	// Outcomes says, for each row of the book, what a retry of that request
	// would find: "W" or "L", followed by the mark if there is one; "" nothing.
	Outcomes []string
	// Winners holds the counts of the users with wins in the ledger.
	Winners map[string]Tally
	// Excess are users, by their fingerprint, with more wins than a limit ever
	// allowed, Overdrawn those with more draws; at most 100 of each. Users is how
	// many were looked at.
	Excess, Overdrawn []string
	Users             int64
	// Orphans are the keys of requests with a win on record that has neither a hold
	// nor a row; at most 100.
	Orphans []string
}

// Core is the part of the state that moves with every win. It is read at one
// instant.
type Core struct {
	Epoch, Version int64
	Units          map[string]string // prize index -> highest unit handed out
	Free           []redis.Z         // "index:unit" with the index as score
	Journal        []redis.Z         // request key with milliseconds
	Holds          map[string]string // request key -> hold in words
	Aside          map[string]string // holds that the ledger could not take
	Sizes          [2]Size           // of users and records
	Seen           Seen              // in the ledger
	Now            time.Time         // by the clock of Redis
}

// Seen is what Redis has seen in the ledger; zero if nobody noted it.
type Seen struct{ Wins, Epoch int64 }

// Size is how many entries a key has, and how many it must have.
type Size struct{ Has, Must int64 }

// Tally is what Redis counted for one user.
type Tally struct{ Draws, Wins int64 }

// keyOf is the documented name of a part of an activity's state.
func keyOf(activity, part string) string { return "lotteryd:{" + activity + "}:" + part }

// openRedis checks the URL and the connection.
func openRedis(ctx context.Context, url string) (*redis.Client, error) {
	conf, err := redis.ParseURL(url)
	if err != nil {
		// The cause may quote the URL, and with it the password.
		return nil, errors.New("the Redis URL is not valid; use redis://user:password@host:port/0")
	}
	conf.DialTimeout, conf.ReadTimeout, conf.WriteTimeout = 5*time.Second, 30*time.Second, 30*time.Second
	conf.DisableIdentity, conf.PoolSize, conf.MaxRetries, conf.DialerRetries = true, 2, 1, 1
	// Dialled here first: go-redis writes its own line to stderr when it fails.
	probe, err := (&net.Dialer{Timeout: conf.DialTimeout}).DialContext(ctx, conf.Network, conf.Addr)
	if err != nil {
		return nil, fmt.Errorf("redis at %s cannot be reached: %w", conf.Addr, connectCause(err))
	}
	probe.Close()
	client := redis.NewClient(conf)
	if err := client.Ping(ctx).Err(); err != nil {
		client.Close()
		return nil, fmt.Errorf("redis at %s cannot be used: %w", conf.Addr, err)
	}
	return client, nil
}

// readCore reads the moving part in one transaction and says why it is dead, if
// it is.
func readCore(ctx context.Context, client *redis.Client, activity string) (c Core, dead string, err error) {
	pipe := client.TxPipeline()
	server := pipe.Info(ctx, "server")
	now := pipe.Time(ctx)
	meta := pipe.HGetAll(ctx, keyOf(activity, "meta"))
	units := pipe.HGetAll(ctx, keyOf(activity, "units"))
	free := pipe.ZRangeWithScores(ctx, keyOf(activity, "free"), 0, -1)
	journal := pipe.ZRangeWithScores(ctx, keyOf(activity, "journal"), 0, -1)
	holds := pipe.HGetAll(ctx, keyOf(activity, "holds"))
	aside := pipe.HGetAll(ctx, keyOf(activity, "aside"))
	users, records := pipe.HLen(ctx, keyOf(activity, "users")), pipe.HLen(ctx, keyOf(activity, "records"))
	if _, err := pipe.Exec(ctx); err != nil {
		return c, "", fmt.Errorf("reading the state of activity %q from Redis: %w", activity, err)
	}
	c = Core{Units: units.Val(), Free: free.Val(), Journal: journal.Val(), Holds: holds.Val(), Aside: aside.Val(), Now: now.Val()}
	m := meta.Val()
	c.Epoch, _ = strconv.ParseInt(m["epoch"], 10, 64)
	c.Version, _ = strconv.ParseInt(m["version"], 10, 64)
	c.Seen.Wins, _ = strconv.ParseInt(m["won"], 10, 64)
	c.Seen.Epoch, _ = strconv.ParseInt(m["published"], 10, 64)
	for i, size := range []Size{{Has: users.Val()}, {Has: records.Val()}} {
		size.Must, _ = strconv.ParseInt(m[[]string{"users", "records"}[i]], 10, 64)
		c.Sizes[i] = size
	}
	switch {
	case m["epoch"] == "":
		dead = "Redis has no state of the activity: it was lost and is not rebuilt yet, or it has expired"
	case c.Epoch == 0:
		dead = "the state in Redis is being rebuilt"
	case m["run_id"] != infoField(server.Val(), "run_id"):
		dead = "Redis has restarted and its state is not rebuilt yet (the next draw does it)"
	}
	return c, dead, nil
}

// infoField finds "name:value" in the reply of INFO.
func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// movedEpoch is a restlessness that makes even epochs incomparable.
const movedEpoch = "Redis was rebuilt while the ledger was read"

// restless says why b cannot be compared with a ledger that was read between a
// and b.
func restless(a, b Core) string {
	switch {
	case a.Epoch != b.Epoch:
		return movedEpoch
	case len(b.Holds) > 0 || len(b.Journal) > 0:
		return fmt.Sprintf("%d holds in flight", max(len(b.Holds), len(b.Journal)))
	case len(a.Holds) > 0 || len(a.Journal) > 0,
		!maps.Equal(a.Units, b.Units), !slices.Equal(a.Free, b.Free):
		return "draws were won while the ledger was read"
	}
	return ""
}

// Bounds of one round trip to Redis, which serves nobody else meanwhile.
const (
	rowsPerCall  = 500
	usersPerScan = 1000
	mostExcess   = 100
)

// readWinners looks up, for every row of the book, what Redis remembers.
func (s *State) readWinners(ctx context.Context, client *redis.Client, b *Book) error {
	a := lottery.NewActivity(b.Record)
	id := b.Record.Spec.ID
	s.Outcomes = make([]string, 0, len(b.Rows))
	s.Winners = make(map[string]Tally)
	for rows := range slices.Chunk(b.Rows, rowsPerCall) {
		users, requests := make([]string, len(rows)), make([]string, len(rows))
		for i, r := range rows {
			u, q := a.KeysOf(r.User, r.Request)
			users[i], requests[i] = string(u[:]), string(q[:])
		}
		pipe := client.Pipeline()
		states := pipe.HMGet(ctx, keyOf(id, "users"), users...)
		records := pipe.HMGet(ctx, keyOf(id, "records"), requests...)
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("reading the winners of activity %q from Redis: %w", id, err)
		}
		for i, r := range rows {
			state, _ := states.Val()[i].(string)
			record, _ := records.Val()[i].(string)
			s.Winners[r.User], _ = parseUser(state)
			s.Outcomes = append(s.Outcomes, replayed(requests[i], state, record))
		}
	}
	return nil
}

// parseUser reads draws(4) wins(2) and the first request's key and outcome.
func parseUser(state string) (t Tally, first string) {
	if len(state) < 6 {
		return t, ""
	}
	t.Draws = int64(binary.BigEndian.Uint32([]byte(state[:4])))
	t.Wins = int64(binary.BigEndian.Uint16([]byte(state[4:6])))
	return t, state[6:]
}

// replayed is the outcome that a retry would find. A user's first request is
// kept with the user; the records are looked at only if there were more.
func replayed(request, state, record string) string {
	t, first := parseUser(state)
	if outcome, ok := strings.CutPrefix(first, request); ok {
		return outcome
	}
	if state != "" && (t.Draws > 1 || first == "") {
		return record
	}
	return ""
}

// readUsers scans all users for counts over the limits, 0 being no limit, and all
// stored answers for wins that nobody can tell of.
func (s *State) readUsers(ctx context.Context, client *redis.Client, b *Book, draws, wins int) error {
	known := make(map[string]bool, len(b.Rows))
	activity := lottery.NewActivity(b.Record)
	for _, r := range b.Rows {
		_, q := activity.KeysOf(r.User, r.Request)
		known[string(q[:])] = true
	}
	answer := func(request, outcome string) {
		if _, held := s.Holds[request]; !held && !known[request] && strings.HasPrefix(outcome, "W") && len(s.Orphans) < mostExcess && !slices.Contains(s.Orphans, request) {
			s.Orphans = append(s.Orphans, request)
		}
	}
	err := scan(ctx, client, keyOf(b.Record.Spec.ID, "users"), func(key, value string) {
		s.Users++
		t, first := parseUser(value)
		over := &s.Overdrawn
		if wins > 0 && t.Wins > int64(wins) {
			over = &s.Excess
		}
		if (over == &s.Excess || draws > 0 && t.Draws > int64(draws)) && len(*over) < mostExcess {
			*over = append(*over, fmt.Sprintf("the user with key %x has %d draws and %d wins in Redis", key, t.Draws, t.Wins))
		}
		if len(first) > len(lottery.Key{}) {
			answer(first[:len(lottery.Key{})], first[len(lottery.Key{}):])
		}
	})
	if err != nil {
		return err
	}
	return scan(ctx, client, keyOf(b.Record.Spec.ID, "records"), answer)
}

// scan calls f with the entries of a hash; those that change meanwhile may come
// twice or not at all.
func scan(ctx context.Context, client *redis.Client, key string, f func(field, value string)) error {
	for cursor := uint64(0); ; {
		page, next, err := client.HScan(ctx, key, cursor, "", usersPerScan).Result()
		if err != nil {
			return fmt.Errorf("scanning %s in Redis: %w", key, err)
		}
		for i := 1; i < len(page); i += 2 {
			f(page[i-1], page[i])
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}
