package localservices

import (
	"io"
	"time"
)

// defaultTimeout bounds the start of one server. Generous on purpose: initdb
// takes one second on an idle machine and twenty on one that is compiling.
const defaultTimeout = 90 * time.Second

// Options says what to start and how. The zero value starts nothing and is
// refused by Start.
type Options struct {
	// Redis asks for a Redis (or Valkey) server. By default none is started.
	Redis bool

	// Postgres asks for a Postgres server. By default none is started.
	Postgres bool

	// Dir is the folder in which the private folder is made. By default the
	// temporary directory of the system. Run as root, the account that the
	// servers run as must be able to enter it.
	Dir string

	// DataDir is the folder in which the data folders of the servers are made,
	// redis and postgres, which must not exist in it. By default the private
	// folder. [Services.Stop] removes them; the watchdog does not, so this is for
	// file systems that end with us. What is said of Dir holds here too.
	DataDir string

	// Log receives one line per step of the start, for people. By default
	// nothing is written.
	Log io.Writer

	// Timeout bounds the start of each server until it answers. By default
	// 90 seconds.
	Timeout time.Duration

	// SearchPath lists the folders searched for the programs, in order. By
	// default (nil) PATH and then the usual places of the distributions; an
	// empty non-nil list finds nothing.
	SearchPath []string

	// RedisSettings and PostgresSettings are added after our own settings and
	// win over them. Values are written as they are into the configuration
	// file, so quote them as the server wants. By default none.
	RedisSettings    map[string]string
	PostgresSettings map[string]string

	// LoginRounds is how often both sides of a login to Postgres hash the
	// password. By default (0) 4096, as Postgres does for passwords that people
	// think of, which makes a login cost milliseconds. Our password is 128 random
	// bits, and 1 round is as safe: for tests that open many connections under
	// the race detector. What measures connections leaves it alone.
	LoginRounds int
}
