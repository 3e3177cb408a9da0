package health

// Reason is the stable, machine-readable name of what is wrong: a label of
// metrics, and a field of /readyz.
type Reason string

// The reasons. What a person does about each stands in docs/operations.md.
const (
	// Starting: the question was not answered yet.
	Starting Reason = "starting"
	// LedgerAway: Postgres does not answer in time. Losses are served, and wins are
	// pending.
	LedgerAway Reason = "postgres-away"
	// LedgerReadOnly: Postgres answers and takes no writes.
	LedgerReadOnly Reason = "postgres-read-only"
	// LedgerFull: Postgres has no room for another row.
	LedgerFull Reason = "postgres-disk-full"
	// LedgerUnsafe: a setting of Postgres lets it lose what it acknowledged.
	LedgerUnsafe Reason = "postgres-unsafe"
	// LedgerBehind: the ledger has fewer wins, or an older epoch, than Redis has seen
	// in it: it was brought back from an older copy.
	LedgerBehind Reason = "ledger-behind"
	// SchemaBehind: the schema is older than this program.
	SchemaBehind Reason = "schema-behind"
	// SchemaAhead: the schema is newer than this program.
	SchemaAhead Reason = "schema-ahead"
	// StoreAway: Redis does not answer in time, or refuses.
	StoreAway Reason = "redis-away"
	// StoreEvicts: Redis deletes keys when its memory is full.
	StoreEvicts Reason = "redis-evicts"
	// StoreEvicted: Redis has deleted keys.
	StoreEvicted Reason = "redis-evicted"
	// ActivityUnusable: no draw of the activity can be decided.
	ActivityUnusable Reason = "activity-unusable"
)

// Reasons are all of them, for whoever makes a series of each.
func Reasons() []Reason {
	return []Reason{
		Starting, LedgerAway, LedgerReadOnly, LedgerFull, LedgerUnsafe, LedgerBehind, SchemaBehind, SchemaAhead,
		StoreAway, StoreEvicts, StoreEvicted, ActivityUnusable,
	}
}
