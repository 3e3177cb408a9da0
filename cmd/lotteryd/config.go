package main

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// Config is every setting of lotteryd, checked. Make one with [configLoader];
// what each setting means and may be stands in settings.go. It holds secrets,
// which printing or logging it does not show.
type Config struct {
	Listen           string
	AdminListen      string
	AdminToken       string
	RedisURL         string
	PostgresURL      string
	Region           string
	MaxInFlight      int
	MaxConnections   int
	MaxWait          time.Duration
	ClientRate       float64
	TrustedProxies   []netip.Prefix
	DrawTimeout      time.Duration
	RedisConnections int
	// CommitConnections is how many connections to Postgres commit wins.
	CommitConnections int
	ReconcileAfter    time.Duration
	RefreshInterval   time.Duration
	DrainDelay        time.Duration
	DrainTimeout      time.Duration
	LogLevel          slog.Level
	LogFormat         string // json, text, or auto: text on a terminal
	LossLogEvery      int
	MemoryLimitRatio  float64
	Steps             string // which tuning steps are on
	Step              string // single switches, "name=variant,…"
	AllowUnsafe       bool   // serve with variants that are only for measurements
	// BlockProfileRate and MutexProfileFraction are the runtime's; 0 is off.
	BlockProfileRate     int
	MutexProfileFraction int
	Recorder             string  // on or off
	RecorderDir          string  // empty: snapshots are kept in memory
	RecorderCPU          float64 // share of the CPU time it may cost
	RecorderLatency      time.Duration

	// Switches is what Steps and Step say together.
	Switches steps.Choice

	origins map[string]origin
}

// origin is where a setting's value came from, as people name it: "default",
// "--listen", "LOTTERYD_LISTEN", "lotteryd.yaml:3".
type origin string

const originDefault origin = "default"
