package audit

import "time"

// Options tune a check. The zero value is usable.
type Options struct {
	// Overdue is the age from which a hold in the journal is stranded. By
	// default, 30 s.
	Overdue time.Duration
	// RedisLostData says that Redis lost data while the log was written (a crash
	// without appendfsync always, a wipe). Losses and draw counts live in Redis
	// alone, so a loss may then have been drawn again and a draw limit passed;
	// these are counted instead of called broken. Wins must survive all the same.
	RedisLostData bool
	// Commitments are the published ones, activity to hex SHA-256, to compare
	// with the ledger's secrets.
	Commitments map[string]string
	// Show is how many offenders each invariant lists. By default, 10.
	Show int
}

func (o Options) withDefaults() Options {
	if o.Overdue <= 0 {
		o.Overdue = 30 * time.Second
	}
	if o.Show <= 0 {
		o.Show = 10
	}
	return o
}
