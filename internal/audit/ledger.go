package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Ledger is what Postgres says, all of it from one snapshot.
type Ledger struct {
	Books []*Book // by activity id
	// Missing names the constraints that the schema must have and has not.
	Missing []string
}

// Book is the ledger of one activity.
type Book struct {
	Record   lottery.Record // with the spec of the current version
	Versions []Version      // every version there was, oldest first
	Rows     []Row
	Stocks   []Stock  // of the prizes found in the unit table
	Repeated []string // units whose code another unit has too, in words
	// Chosen says that units of the activity were chosen by the ledger, by a claim
	// row by row: Redis then counts units, and its numbers name none.
	Chosen bool
}

// Version is what one version of an activity said.
type Version struct {
	Number int64
	Spec   lottery.Spec
}

// Row is a win.
type Row struct {
	User, Request  string
	Prize          int // index into the spec's prizes
	Unit           int64
	Order          int // which win of the user
	Mark           uint32
	Epoch, Version int64
	Word           uint64
	Code           string // "" if the unit does not exist
	At             time.Time
}

// Stock is what the unit table holds of a prize.
type Stock struct {
	Prize                     int
	Units, Distinct, Min, Max int64
}

// ErrNoSchema says that a database is no ledger of lotteryd.
var ErrNoSchema = errors.New("the database has no lotteryd ledger; run `lotteryd migrate`, or check the URL")

// LoadLedger reads the ledger of one activity, or of all if activity is "".
// It writes nothing. Memory is about 250 bytes a row.
func LoadLedger(ctx context.Context, url, activity string) (*Ledger, error) {
	conn, err := connectPostgres(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return readLedger(ctx, conn, activity)
}

func connectPostgres(ctx context.Context, url string) (*pgx.Conn, error) {
	conf, err := pgx.ParseConfig(url)
	if err != nil {
		// The cause may quote the URL, and with it the password.
		return nil, errors.New("the Postgres URL is not valid; use postgres://user:password@host:port/database")
	}
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = 5 * time.Second
	}
	conf.RuntimeParams["application_name"] = "lotteryctl verify"
	conn, err := pgx.ConnectConfig(ctx, conf)
	if err != nil {
		return nil, fmt.Errorf("postgres at %s:%d cannot be reached: %w", conf.Host, conf.Port, connectCause(err))
	}
	return conn, nil
}

// connectCause cuts an error down to what the network or the server said:
// clients wrap it in words about user and database, once for each address.
func connectCause(err error) error {
	var pg *pgconn.PgError
	var op *net.OpError
	switch {
	case errors.As(err, &pg):
		return pg
	case errors.As(err, &op):
		return op.Err
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	}
	return err
}

func readLedger(ctx context.Context, conn *pgx.Conn, activity string) (*Ledger, error) {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	ledger := &Ledger{}
	err := pgx.BeginTxFunc(ctx, conn, snapshot, func(tx pgx.Tx) (err error) {
		if err = requireTables(ctx, tx); err != nil {
			return err
		}
		if ledger.Missing, err = missingConstraints(ctx, tx); err != nil {
			return err
		}
		if ledger.Books, err = readBooks(ctx, tx, activity); err != nil {
			return err
		}
		for _, b := range ledger.Books {
			if err = b.read(ctx, tx); err != nil {
				return fmt.Errorf("reading the ledger of activity %q: %w", b.Record.Spec.ID, err)
			}
		}
		return nil
	})
	if err == nil && activity != "" && len(ledger.Books) == 0 {
		err = fmt.Errorf("the ledger has no activity %q", activity)
	}
	return ledger, err
}

func requireTables(ctx context.Context, tx pgx.Tx) error {
	for _, table := range [...]string{"activity", "activity_version", "unit", "draw"} {
		var found bool
		if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&found); err != nil {
			return fmt.Errorf("looking for table %s: %w", table, err)
		}
		if !found {
			return fmt.Errorf("table %s is missing: %w", table, ErrNoSchema)
		}
	}
	return nil
}

func readBooks(ctx context.Context, tx pgx.Tx, activity string) ([]*Book, error) {
	rows, err := tx.Query(ctx, `SELECT id, spec, version, epoch, closed, secret FROM activity
		WHERE $1 = '' OR id = $1 ORDER BY id`, activity)
	if err != nil {
		return nil, fmt.Errorf("reading activities: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Book, error) {
		var id string
		var spec, secret []byte
		b := &Book{}
		r := &b.Record
		if err := row.Scan(&id, &spec, &r.Version, &r.Epoch, &r.Closed, &secret); err != nil {
			return nil, err
		}
		copy(r.Secret[:], secret)
		if r.Spec, err = parseSpec(id, spec); err != nil {
			return nil, fmt.Errorf("activity %q: %w", id, err)
		}
		return b, nil
	})
}

// parseSpec refuses what dice tables cannot be built from.
func parseSpec(id string, data []byte) (lottery.Spec, error) {
	var s lottery.Spec
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("its spec cannot be read: %w", err)
	}
	s = s.WithDefaults()
	if s.ID != id {
		return s, fmt.Errorf("its spec is that of %q", s.ID)
	}
	return s, s.Validate()
}

func (b *Book) read(ctx context.Context, tx pgx.Tx) error {
	for _, step := range [...]func(context.Context, pgx.Tx) error{
		b.readVersions, b.readStocks, b.readRepeatedCodes, b.readRows, b.readChosen,
	} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) readVersions(ctx context.Context, tx pgx.Tx) error {
	id := b.Record.Spec.ID
	rows, err := tx.Query(ctx, "SELECT version, spec FROM activity_version WHERE activity = $1 ORDER BY version", id)
	if err != nil {
		return err
	}
	b.Versions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		var spec []byte
		if err = row.Scan(&v.Number, &spec); err == nil {
			v.Spec, err = parseSpec(id, spec)
		}
		return v, err
	})
	return err
}

func (b *Book) readStocks(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT prize, count(*), count(DISTINCT no), min(no), max(no)
		FROM unit WHERE activity = $1 GROUP BY prize ORDER BY prize`, b.Record.Spec.ID)
	if err != nil {
		return err
	}
	b.Stocks, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Stock])
	return err
}

// readRepeatedCodes keeps at most 100 of them: one is a break.
func (b *Book) readRepeatedCodes(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `SELECT string_agg(prize || ':' || no, ', ' ORDER BY prize, no)
		FROM unit WHERE activity = $1 GROUP BY code HAVING count(*) > 1 LIMIT 100`, b.Record.Spec.ID)
	if err != nil {
		return err
	}
	b.Repeated, err = pgx.CollectRows(rows, pgx.RowTo[string])
	return err
}

// readRows joins with one row a unit even if the unit table, its key dropped,
// holds several: a draw must not seem to be two.
func (b *Book) readRows(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT d.user_id, d.request, d.prize, d.no, d.win_order, d.mark, d.epoch, d.version, d.word, d.at,
		       coalesce(u.code, '')
		FROM draw d
		LEFT JOIN (SELECT prize, no, min(code) AS code FROM unit WHERE activity = $1 GROUP BY prize, no) u
		       ON u.prize = d.prize AND u.no = d.no
		WHERE d.activity = $1`, b.Record.Spec.ID)
	if err != nil {
		return err
	}
	b.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Row, err error) {
		var mark, word int64
		err = row.Scan(&r.User, &r.Request, &r.Prize, &r.Unit, &r.Order, &mark, &r.Epoch, &r.Version, &word, &r.At, &r.Code)
		r.Mark, r.Word = uint32(mark), uint64(word)
		return r, err
	})
	return err
}

// readChosen looks for rows that claims have taken. A ledger of before those
// claims has no table for them.
func (b *Book) readChosen(ctx context.Context, tx pgx.Tx) error {
	var table bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass('unit_claim') IS NOT NULL").Scan(&table); err != nil || !table {
		return err
	}
	return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM unit_claim WHERE activity = $1 AND taken)", b.Record.Spec.ID).Scan(&b.Chosen)
}

// listActivities names the activities there are before any of them is read.
func listActivities(ctx context.Context, conn *pgx.Conn, activity string) ([]string, error) {
	var pg *pgconn.PgError
	rows, err := conn.Query(ctx, "SELECT id FROM activity WHERE $1 = '' OR id = $1", activity)
	if errors.As(err, &pg) && pg.Code == undefinedTable {
		return nil, fmt.Errorf("table activity is missing: %w", ErrNoSchema)
	}
	if err != nil {
		return nil, fmt.Errorf("reading activities: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// undefinedTable is the code with which Postgres says that a table is missing.
const undefinedTable = "42P01"

// limits are the loosest draw and win limits that any version set; 0 is none.
// A limit that was lowered does not condemn what the older one allowed.
func (b *Book) limits() (draws, wins int) {
	draws, wins = b.Record.Spec.DrawsPerUser, b.Record.Spec.WinsPerUser
	for _, v := range b.Versions {
		draws, wins = looser(draws, v.Spec.DrawsPerUser), looser(wins, v.Spec.WinsPerUser)
	}
	return draws, wins
}

func looser(a, b int) int {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}
