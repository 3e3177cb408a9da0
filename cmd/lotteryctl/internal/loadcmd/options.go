package loadcmd

import "time"

// The load when it is not said otherwise. The reference's rate is the one its
// latency is quoted at; that of a stranger's service is cautious.
const (
	referenceRate  = 1200
	urlRate        = 100
	defaultWarmup  = 2 * time.Second
	maxBodyFile    = 64 << 20
	maxRuns        = 10_000
	maxRepeats     = 100
	referenceName  = "lotteryd"
	runsFolder     = "runs"
	timeInFileName = "20060102T150405Z"
)

// benchOptions are the flags of bench, as given.
type benchOptions struct {
	url, method, body string
	headers           []string
	insecure          bool
	metricsURL        string
	pid               int

	steps, variant, vary string
	only                 []string
	arms                 []string // name=command
	lotterydArms         []string // name=flags
	readyURL             string
	startTimeout         time.Duration

	redis, postgres, lotteryd string
	check, noCheck            bool

	rate        float64
	arrivals    string
	connections int
	users       int
	duration    time.Duration
	warmup      time.Duration
	timeout     time.Duration
	runs        int
	seed        uint64

	profile       bool
	profiling     profilingOptions
	profileRounds int
	profileWindow time.Duration

	capacity   bool
	calibrate  bool
	slo        time.Duration
	noiseLimit string
	repeats    int
	keepGoing  bool

	name, out    string
	resume       string
	expectStatus string
	logAnswers   bool
	json, strict bool
}

// profilingOptions are the flags that say what to take from where.
type profilingOptions struct {
	kinds         string
	trace         bool
	timeout       time.Duration
	urls, headers []string
}

// compares says whether the flags ask for several arms.
func (o *benchOptions) compares() bool {
	return o.steps != "" || o.vary != "" || len(o.arms) > 0 || len(o.lotterydArms) > 0 || o.calibrate
}
