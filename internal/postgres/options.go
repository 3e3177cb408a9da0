package postgres

import "time"

// Options configure a [Store].
type Options struct {
	URL string // postgres://user:password@host:port/db; required
	// Lanes is how many connections commit wins. Two keep one commit's flush and
	// the next one's work overlapping. By default, 2.
	Lanes int
	// MaxBatch bounds the wins of one commit. By default, 256.
	MaxBatch int
	// Timeout bounds one statement and its commit. By default, 2 s.
	Timeout time.Duration
	// BatchSize is told how many wins shared a commit. By default, nobody is.
	BatchSize func(n int)
	// Claim is how a win gets its unit. By default, [ClaimNumbered].
	Claim Claim
	// Connections is how the draw path keeps its connections. By default, in
	// pgx' pool, all open.
	Connections Connections
}

func (o Options) withDefaults() Options {
	if o.Lanes <= 0 {
		o.Lanes = 2
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = 256
	}
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Second
	}
	if o.BatchSize == nil {
		o.BatchSize = func(int) {}
	}
	return o
}
