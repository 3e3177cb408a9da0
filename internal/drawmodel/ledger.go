package drawmodel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Times and tries of internal/postgres.
const (
	statementTimeout = 2 * time.Second
	commitTries      = 3
	commitPause      = 20 * time.Millisecond
)

// winsPage is small, so that others come between two pages.
const winsPage = 15

// request names a request of the activity.
type request struct{ user, id string }

// place is a win's number among a user's wins.
type place struct {
	user  string
	order int
}

// ledgerState is Postgres with one activity.
type ledgerState struct {
	server
	record   lottery.Record
	versions map[int64]lottery.Record
	rows     map[request]lottery.WinRow
	units    map[unit]request
	places   map[place]request
	late     []lottery.WinRow // rows that appeared after their epoch
}

func newLedgerState(r lottery.Record) *ledgerState {
	return &ledgerState{
		server: server{name: "postgres"}, record: r, versions: map[int64]lottery.Record{r.Version: r},
		rows: map[request]lottery.WinRow{}, units: map[unit]request{}, places: map[place]request{},
	}
}

// insert is the statement that commits a win: found is false if the row was left
// out, refused if no row like it can ever be there.
func (l *ledgerState) insert(w lottery.WinRow, bugs bugs) (found, refused bool) {
	if w.Epoch != l.record.Epoch && !bugs.has(NoEpochTest) {
		return false, false
	}
	key, u, p := request{w.User, w.Request}, unit{w.Prize, w.Unit}, place{w.User, w.Order}
	if _, ok := l.rows[key]; ok {
		return false, false
	}
	if _, ok := l.places[p]; ok {
		return false, false
	}
	if _, ok := l.units[u]; ok && !bugs.has(UnitTwice) {
		return false, false
	}
	stock := int64(0)
	if w.Prize >= 0 && w.Prize < len(l.record.Spec.Prizes) {
		stock = l.record.Spec.Prizes[w.Prize].Stock
	}
	if w.Unit < 1 || w.Unit > stock && !bugs.has(UnitTwice) || w.Order < 1 {
		return false, true
	}
	if bugs.has(AckBeforeCommit) {
		return true, false
	}
	if w.Epoch != l.record.Epoch {
		l.late = append(l.late, w)
	}
	l.rows[key], l.units[u], l.places[p] = w, key, key
	return true, false
}

// code is what the winner of a unit redeems.
func code(w lottery.WinRow) string {
	return "code-" + strconv.Itoa(w.Prize) + "-" + strconv.FormatInt(w.Unit, 10)
}

// ledgerClient is internal/postgres.Store of one life of a replica, over the fake.
type ledgerClient struct {
	world  *scheduler
	owner  *party
	ledger *ledgerState
	bugs   bugs
	work   waitGroup
}

// waitGroup is what a client needs of sync.WaitGroup.
type waitGroup interface{ Go(f func()) }

var (
	_ lottery.Ledger   = (*ledgerClient)(nil)
	_ lottery.Registry = (*ledgerClient)(nil)
)

// do runs one statement. Nobody cancels it; it has a deadline of its own.
func (c *ledgerClient) do(ctx context.Context, what string, statement func()) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTimeout)
	defer cancel()
	return c.world.call(ctx, c.owner, &c.ledger.server, caller(ctx)+" "+what, statement)
}

// Commit implements [lottery.Ledger]: the tries go on when nobody waits any more.
func (c *ledgerClient) Commit(ctx context.Context, w lottery.WinRow) lottery.Decision {
	var d lottery.Decision
	decided := make(chan struct{})
	c.work.Go(func() {
		d = c.decide(context.WithoutCancel(ctx), w)
		close(decided)
	})
	select {
	case <-decided:
		return d
	case <-ctx.Done():
		return lottery.Decision{Ruling: lottery.RulingUnknown, Row: w}
	}
}

func (c *ledgerClient) decide(ctx context.Context, w lottery.WinRow) lottery.Decision {
	for try := range commitTries {
		d, err := c.try(ctx, w)
		if err == nil {
			return d
		}
		if errors.Is(err, errDead) {
			break
		}
		time.Sleep(commitPause << try)
	}
	return lottery.Decision{Ruling: lottery.RulingUnknown, Row: w}
}

func (c *ledgerClient) try(ctx context.Context, w lottery.WinRow) (lottery.Decision, error) {
	var found, refused bool
	what := fmt.Sprintf("insert %s/%s %d:%d #%d e%d", w.User, w.Request, w.Prize, w.Unit, w.Order, w.Epoch)
	err := c.do(ctx, what, func() { found, refused = c.ledger.insert(w, c.bugs) })
	switch {
	case err != nil:
		return lottery.Decision{}, err
	case refused:
		return lottery.Decision{Ruling: lottery.RulingRefused, Row: w}, nil
	case found:
		return lottery.Decision{Ruling: lottery.RulingCommitted, Row: w, Code: code(w)}, nil
	}
	return c.explain(ctx, w)
}

// explain tells why a row was not written.
func (c *ledgerClient) explain(ctx context.Context, w lottery.WinRow) (lottery.Decision, error) {
	d, found, err := c.Find(ctx, w.Activity, w.User, w.Request)
	switch {
	case err != nil:
		return d, err
	case found && d.Row.Prize == w.Prize && d.Row.Unit == w.Unit:
		d.Ruling = lottery.RulingCommitted
		return d, nil
	case found:
		d.Ruling = lottery.RulingOther
		return d, nil
	}
	var epoch int64
	if err := c.do(ctx, "epoch for "+w.User+"/"+w.Request, func() { epoch = c.ledger.record.Epoch }); err != nil {
		return d, err
	}
	if epoch != w.Epoch {
		return lottery.Decision{Ruling: lottery.RulingMoved, Row: w}, nil
	}
	return lottery.Decision{Ruling: lottery.RulingClash, Row: w}, nil
}

// Find implements [lottery.Ledger].
func (c *ledgerClient) Find(ctx context.Context, _, user, id string) (lottery.Decision, bool, error) {
	var row lottery.WinRow
	found := false
	if err := c.do(ctx, "find "+user+"/"+id, func() { row, found = c.ledger.rows[request{user, id}] }); err != nil || !found {
		return lottery.Decision{}, false, err
	}
	return lottery.Decision{Row: row, Code: code(row)}, true, nil
}

// Activities implements [lottery.Registry].
func (c *ledgerClient) Activities(ctx context.Context) ([]lottery.Record, error) {
	var list []lottery.Record
	if err := c.do(ctx, "activities", func() { list = []lottery.Record{c.ledger.record} }); err != nil {
		return nil, err
	}
	return list, nil
}

// Activity implements [lottery.Registry].
func (c *ledgerClient) Activity(ctx context.Context, id string) (lottery.Record, error) {
	var r lottery.Record
	if err := c.do(ctx, "activity", func() { r = c.ledger.record }); err != nil {
		return lottery.Record{}, err
	}
	return r, nil
}

// Create implements [lottery.Registry]. The model's activity exists.
func (c *ledgerClient) Create(ctx context.Context, r lottery.Record) (bool, error) {
	return false, c.do(ctx, "create", func() {})
}

// Update implements [lottery.Registry].
func (c *ledgerClient) Update(ctx context.Context, r lottery.Record) (bool, error) {
	updated := false
	err := c.do(ctx, fmt.Sprint("update ", r.Version), func() {
		if updated = c.ledger.record.Version == r.Version; updated {
			c.ledger.record.Spec, c.ledger.record.Closed, c.ledger.record.Version = r.Spec, r.Closed, r.Version+1
			c.ledger.versions[r.Version+1] = c.ledger.record
		}
	})
	if err != nil {
		return false, err
	}
	return updated, nil
}

// BumpEpoch implements [lottery.Registry].
func (c *ledgerClient) BumpEpoch(ctx context.Context, id string) (int64, error) {
	var epoch int64
	err := c.do(ctx, "bump", func() {
		c.ledger.record.Epoch++
		epoch = c.ledger.record.Epoch
	})
	if err != nil {
		return 0, err
	}
	return epoch, nil
}

// Wins implements [lottery.Registry].
func (c *ledgerClient) Wins(ctx context.Context, id string, f func([]lottery.WinRow) error) error {
	var after request
	for {
		var page []lottery.WinRow
		if err := c.do(ctx, "wins after "+after.user+"/"+after.id, func() { page = c.ledger.after(after) }); err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		if err := f(page); err != nil {
			return err
		}
		last := page[len(page)-1]
		after = request{last.User, last.Request}
	}
}

// after is a page of rows behind a request.
func (l *ledgerState) after(r request) (page []lottery.WinRow) {
	for k, w := range l.rows {
		if cmp.Or(cmp.Compare(k.user, r.user), cmp.Compare(k.id, r.id)) > 0 {
			page = append(page, w)
		}
	}
	slices.SortFunc(page, func(a, b lottery.WinRow) int {
		return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Request, b.Request))
	})
	return page[:min(len(page), winsPage)]
}

// CountWins implements [lottery.Registry].
func (c *ledgerClient) CountWins(ctx context.Context, id string) (int64, error) {
	var n int64
	if err := c.do(ctx, "count", func() { n = int64(len(c.ledger.rows)) }); err != nil {
		return 0, err
	}
	return n, nil
}
