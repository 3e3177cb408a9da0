package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// plant is a bug that the harness is to find: a change of lotteryd, a variant of
// it that is known to be wrong, or a hand in the stores.
type plant struct {
	name     string
	about    string
	edits    []edit
	flags    []string
	faults   string // under which it is looked for; "" for none
	replicas int
	sabotage func(ctx context.Context, n *nemesis, c *clients) error
	want     []string // kinds of violations, of which one is enough
}

// plants lists them. Those that change the source come last.
func plants() []plant {
	const (
		draw   = "internal/redis/draw.lua"
		state  = "internal/redis/state.lua"
		commit = "internal/postgres/commit.go"
	)
	return []plant{
		{name: "row-deleted", about: "a row of the ledger is deleted after its win was answered", sabotage: deleteRow, want: []string{"I1"}},
		{name: "win-forgotten", about: "the record of a win in Redis says loss, with counts that agree", sabotage: turnIntoLoss, want: []string{"I3"}},
		{name: "row-added", about: "somebody wins who never drew", sabotage: addRow, want: []string{"I8", "I4"}},
		{name: "count-lowered", about: "Redis counts no wins of a user who has one", sabotage: lowerCount, want: []string{"I6"}},
		{name: "ledger-restored", about: "Postgres is brought back from an older copy", faults: restoredLedger, want: []string{"I1"}},
		{name: "stock-row", about: "lotteryd --step claim=stock-row, which is marked as wrong", flags: []string{"--step", "claim=stock-row"}, want: []string{"I3", "I8", "I1"}},

		{name: "early-answer", about: "a win is answered before its commit", want: []string{"I1 at once"},
			edits: []edit{{"internal/postgres/store.go", "	return s.claim.commit(ctx, w)\n", `	d := lottery.Decision{Ruling: lottery.RulingUnknown, Row: w}
	if s.pool.QueryRow(ctx, "SELECT code FROM unit WHERE activity = $1 AND prize = $2 AND no = $3", w.Activity, int32(w.Prize), int32(w.Unit)).Scan(&d.Code) == nil {
		d.Ruling = lottery.RulingCommitted
		time.AfterFunc(10*time.Millisecond, func() { s.claim.commit(context.Background(), w) })
	}
	return d
`}}},
		{name: "no-replay", about: "the stored answer of a win is not looked for", want: []string{"I3", "I4", "I5", "I6", "unanswered"},
			edits: []edit{{draw, "if outcome then return stored", "if outcome and string.byte(outcome) == 76 then return stored"}}},
		{name: "one-too-many", about: "stock is compared with <= + 1", want: []string{"I5", "I4", "unanswered", "not at rest"},
			edits: []edit{{draw, "if next <= tonumber(stock) then", "if next <= tonumber(stock) + 1 then"}}},
		{name: "limit-off-by-one", about: "the limit of draws is compared with > instead of >=", want: []string{"I6"},
			edits: []edit{{draw, "draws >= max_draws", "draws > max_draws"}}},
		{name: "short-lived", about: "answers in Redis expire after 0.15 s", faults: "latency-redis", want: []string{"I3", "I6"},
			edits: []edit{{draw, "  reply[i] = draw(ARGV[7 + 2 * i], ARGV[8 + 2 * i])\nend\n", "  reply[i] = draw(ARGV[7 + 2 * i], ARGV[8 + 2 * i])\nend\nredis.call('PEXPIRE', KEYS[2], 150)\nredis.call('PEXPIRE', KEYS[3], 150)\n"}}},
		{name: "no-run-id", about: "the script does not compare run_id", faults: "kill-redis-old", want: []string{"I3", "I4", "not at rest"},
			edits: []edit{{draw, "meta[3] ~= ARGV[3] or ", ""}}},
		{name: "no-won-records", about: "a rebuild does not put wins on record", faults: "flushall", want: []string{"I3", "I6"},
			edits: []edit{{"internal/lottery/rebuild.go", "return k.workshop.Remember(ctx, a, wins)", "return nil"}}},
		{name: "lost-key-unseen", about: "nobody compares how large the keys are and must be; the users are lost when all is sold out", sabotage: loseUsers, want: []string{"I3"},
			edits: []edit{
				{draw, " or users ~= tonumber(meta[4]) or records ~= tonumber(meta[5]) then\n  for", " then\n  for"},
				{state, "whole and 1 or 0", "1"},
			}},
		{name: "bad-hold-stops", about: "a hold that the ledger cannot take is tried for ever", faults: "bad-hold", want: []string{"not settled", "not at rest", "I5", "unanswered"},
			edits: []edit{{commit, "errors.Is(err, errOutOfRange) || errors.As(err, &pg)", "false && errors.As(err, &pg)"}}},
	}
}

// restoredLedger is not among the faults of a run: lotteryd does not promise to
// survive it.
const restoredLedger = "restore-postgres"

// restoreLedger brings Postgres back as it was a while ago.
func restoreLedger(ctx context.Context, n *nemesis) error {
	n.storing.Lock()
	defer n.storing.Unlock()
	n.killPostgres()
	err := n.services.CopyPostgres()
	n.startStores(ctx)
	pause(ctx, dialPatience/2)
	n.killPostgres()
	err = errors.Join(err, n.services.RestorePostgres())
	n.startStores(ctx)
	return err
}

// winner finds a request that was answered with a win, in an activity whose row
// the ledger has.
func winner(ctx context.Context, n *nemesis) (activity *lottery.Activity, row audit.Row, err error) {
	for _, id := range n.activities {
		ledger, err := audit.LoadLedger(ctx, n.ledger, id)
		if err != nil {
			return nil, row, err
		}
		for _, b := range ledger.Books {
			if len(b.Rows) > 0 {
				return lottery.NewActivity(b.Record), b.Rows[0], nil
			}
		}
	}
	return nil, row, errors.New("nobody has won: the cycle was too short to plant a bug")
}

func deleteRow(ctx context.Context, n *nemesis, _ *clients) error {
	a, row, err := winner(ctx, n)
	if err != nil {
		return err
	}
	return n.query(ctx, fmt.Sprintf("DELETE FROM draw WHERE activity = '%s' AND user_id = '%s' AND request = '%s'", a.Spec.ID, row.User, row.Request))
}

// turnIntoLoss changes an outcome where it is stored: with the user, if it was the
// user's first request, else among the records.
func turnIntoLoss(ctx context.Context, n *nemesis, _ *clients) error {
	a, row, err := winner(ctx, n)
	if err != nil {
		return err
	}
	u, q := a.KeysOf(row.User, row.Request)
	users, records := key{a.Spec.ID, "users"}.name(), key{a.Spec.ID, "records"}.name()
	state, err := n.redis.HGet(ctx, users, string(u[:])).Result()
	if err != nil {
		return err
	}
	if at := strings.Index(state, string(q[:])); at >= 0 {
		outcome := at + len(q)
		return n.redis.HSet(ctx, users, string(u[:]), state[:outcome]+"L"+state[outcome+1:]).Err()
	}
	record, err := n.redis.HGet(ctx, records, string(q[:])).Result()
	if err != nil {
		return err
	}
	return n.redis.HSet(ctx, records, string(q[:]), "L"+record[1:]).Err()
}

func addRow(ctx context.Context, n *nemesis, _ *clients) error {
	return n.query(ctx, fmt.Sprintf(`INSERT INTO draw (activity, user_id, request, prize, no, win_order, mark, epoch, version, word)
		SELECT u.activity, 'nobody', 'r', u.prize, u.no, 1, 0, a.epoch, a.version, 5
		FROM unit u JOIN activity a ON a.id = u.activity LEFT JOIN draw d USING (activity, prize, no)
		WHERE u.activity = '%s' AND d.no IS NULL ORDER BY u.prize DESC, u.no DESC LIMIT 1`, n.activities[len(n.activities)-1]))
}

// loseUsers deletes the users of all activities when nothing is left to win. A
// healthy lotteryd notices both, and rebuilds.
func loseUsers(ctx context.Context, n *nemesis, _ *clients) error {
	for _, id := range n.activities {
		record, err := n.record(ctx, id)
		if err != nil {
			return err
		}
		pipe := n.redis.TxPipeline()
		for i, p := range record.Spec.Prizes {
			pipe.HSet(ctx, key{id, "units"}.name(), strconv.Itoa(i), p.Stock)
		}
		pipe.Del(ctx, key{id, "free"}.name(), key{id, "users"}.name())
		if _, err := pipe.Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func lowerCount(ctx context.Context, n *nemesis, _ *clients) error {
	a, row, err := winner(ctx, n)
	if err != nil {
		return err
	}
	u, _ := a.KeysOf(row.User, row.Request)
	users := key{a.Spec.ID, "users"}.name()
	state, err := n.redis.HGet(ctx, users, string(u[:])).Result()
	if err != nil {
		return err
	}
	changed := []byte(state)
	binary.BigEndian.PutUint16(changed[4:], 0)
	return n.redis.HSet(ctx, users, string(u[:]), string(changed)).Err()
}
