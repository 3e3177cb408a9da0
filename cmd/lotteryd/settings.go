package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// setting is one line of the configuration: its name in the file, and with
// dashes or in capitals as flag and variable; its text form; and its rule.
type setting struct {
	name  string
	usage string             // one line; begins with what it tells, ends with the default
	set   func(string) error // checks and stores; the error says what is allowed
	show  func() string      // the value as text; secrets redacted
	list  bool               // as a flag it may be given several times, which adds up
	bare  string             // as a flag without a value it means this; empty: it needs one
}

// flag is the setting's name on the command line, without dashes in front.
func (s setting) flag() string { return strings.ReplaceAll(s.name, "_", "-") }

// variable is the setting's name in the environment.
func (s setting) variable() string { return "LOTTERYD_" + strings.ToUpper(s.name) }

// settings binds every setting to its field of c. This list is the
// configuration: flags, variables, file and help are made from it.
func settings(c *Config) []setting {
	return []setting{
		address("listen", &c.Listen, "address of the public port (default 127.0.0.1:8080)"),
		address("admin_listen", &c.AdminListen, "address of the admin port; any other than loopback requires admin_token (default 127.0.0.1:8081)"),
		token("admin_token", &c.AdminToken, "bearer token of the admin port; prefer LOTTERYD_ADMIN_TOKEN, because other users can see command lines"),
		storeURL("redis_url", &c.RedisURL, []string{"redis", "rediss", "unix"}, "URL of Redis: redis://[user:password@]host:port[/db]"),
		storeURL("postgres_url", &c.PostgresURL, []string{"postgres", "postgresql"}, "URL of Postgres: postgres://user[:password]@host[:port]/database"),
		label("region", &c.Region, "label of this instance's metrics (default empty)"),
		number("max_in_flight", &c.MaxInFlight, 1, 1_000_000, "maximum number of requests that are worked on at the same time; fewer if they would take too long (default 4096)"),
		number("max_connections", &c.MaxConnections, 1, 1_000_000, "maximum number of open connections of the public port; newcomers get the place of an idle one, or wait (default 512)"),
		duration("max_wait", &c.MaxWait, time.Millisecond, 20*time.Second, "maximum time that a request waits to be worked on; then it is refused as overloaded (default 1s)"),
		rate("client_rate", &c.ClientRate, "maximum number of requests per second of one client, by its address; 0 is no limit (default 0)"),
		networks("trusted_proxies", &c.TrustedProxies, "addresses or networks of proxies whose X-Forwarded-For names the client, such as 10.0.0.0/8,::1 (default empty)"),
		duration("draw_timeout", &c.DrawTimeout, 50*time.Millisecond, 20*time.Second, "time budget of one draw (default 2s)"),
		number("redis_connections", &c.RedisConnections, 1, 64, "connections that carry draws to Redis (default 2)"),
		number("commit_connections", &c.CommitConnections, 1, 64, "connections that commit wins to Postgres (default 2)"),
		duration("reconcile_after", &c.ReconcileAfter, 100*time.Millisecond, 10*time.Minute, "age at which a reservation counts as abandoned; must be longer than draw_timeout (default 5s)"),
		duration("refresh_interval", &c.RefreshInterval, 50*time.Millisecond, time.Minute, "how often to check for changed activities (default 1s)"),
		duration("drain_delay", &c.DrainDelay, 0, 5*time.Minute, "time to continue serving as not ready after a stop signal (default 5s; with --dev 0s)"),
		duration("drain_timeout", &c.DrainTimeout, time.Second, 10*time.Minute, "maximum time for accepted requests to finish after that (default 30s)"),
		level("log_level", &c.LogLevel, "minimum log level: debug, info, warn or error (default info)"),
		choice("log_format", &c.LogFormat, []string{"auto", "json", "text"}, "json, text, or auto: text on a terminal (default auto)"),
		number("loss_log_every", &c.LossLogEvery, 0, 1_000_000_000, "at level debug, log one of N losses; 0 logs none (default 1000)"),
		choosing("steps", &c.Steps, "tuning steps to switch on: none, all, article, or a list such as 1,3,5; lotteryctl steps lists them (default all)"),
		overriding("step", &c.Step, "one switch, such as conn-pool=article; may be repeated (default empty)"),
		yesno("allow_unsafe", &c.AllowUnsafe, "serve although a switch has a variant that is only for measurements, such as --steps article (default false)"),
		ratio("memory_limit_ratio", &c.MemoryLimitRatio, "share of the container's memory for GOMEMLIMIT; 0 is off (default 0.9)"),
		number("block_profile_rate", &c.BlockProfileRate, 0, 1_000_000_000, "block profile: one sample per N nanoseconds blocked; 0 is off (default 0)"),
		number("mutex_profile_fraction", &c.MutexProfileFraction, 0, 1_000_000_000, "mutex profile: one of N contention events; 0 is off (default 0)"),
		choice("recorder", &c.Recorder, []string{"on", "off"}, "record CPU profiles and a trace, and save a snapshot when a draw is slow: on or off (default on)"),
		folder("recorder_dir", &c.RecorderDir, "folder for the recorder's snapshots; empty keeps them in memory (default empty)"),
		ratio("recorder_cpu", &c.RecorderCPU, "share of the CPU time that the recorder may use, up to 0.5 (default 0.005)"),
		duration("recorder_latency", &c.RecorderLatency, 0, time.Minute, "a slower draw makes the recorder save a snapshot; 0s switches this off (default 250ms)"),
	}
}

// defaultConfig is what holds where nothing is said.
func defaultConfig() Config {
	return Config{
		Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:8081",
		MaxInFlight: 4096, MaxConnections: 512, MaxWait: time.Second, DrawTimeout: httpapi.DefaultDrawTimeout,
		RedisConnections: 2, CommitConnections: 2,
		ReconcileAfter: 5 * time.Second, RefreshInterval: time.Second,
		DrainDelay: 5 * time.Second, DrainTimeout: 30 * time.Second,
		LogLevel: slog.LevelInfo, LogFormat: "auto", LossLogEvery: telemetry.DefaultLossEvery, MemoryLimitRatio: 0.9, Steps: "all",
		Recorder: "on", RecorderCPU: 0.005, RecorderLatency: 250 * time.Millisecond,
		origins: map[string]origin{},
	}
}

// choose settles the tuning switches, each of which was checked before.
func (c *Config) choose() (err error) {
	c.Switches, err = steps.ParseChoice(c.Steps, overrides(c.Step))
	return err
}

// overrides takes a list of "switch=variant" apart.
func overrides(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// checkTogether reports what no setting can know alone, each fault one sentence.
func (c Config) checkTogether() error {
	var faults []error
	if c.AdminToken == "" && !loopbackAddress(c.AdminListen) {
		faults = append(faults, fmt.Errorf("admin_listen (%s) is %q, which is not a loopback address; set admin_token, or use 127.0.0.1",
			c.origins["admin_listen"], c.AdminListen))
	}
	if c.ReconcileAfter <= c.DrawTimeout {
		faults = append(faults, fmt.Errorf("reconcile_after (%s) is %s and draw_timeout (%s) is %s; reconcile_after must be longer",
			c.origins["reconcile_after"], c.ReconcileAfter, c.origins["draw_timeout"], c.DrawTimeout))
	}
	if _, port, _ := net.SplitHostPort(c.Listen); c.Listen == c.AdminListen && port != "0" {
		faults = append(faults, fmt.Errorf("listen (%s) and admin_listen (%s) are both %q; use different ports",
			c.origins["listen"], c.origins["admin_listen"], c.Listen))
	}
	if !(c.RecorderCPU > 0 && c.RecorderCPU <= 0.5) {
		faults = append(faults, fmt.Errorf("recorder_cpu (%s) is %v; use a share above 0 and up to 0.5, or switch the recorder off",
			c.origins["recorder_cpu"], c.RecorderCPU))
	}
	return errors.Join(faults...)
}

// refuseUnsafe reports the variants that must not decide real draws, one
// sentence each, unless somebody has said that these are not real.
func (c Config) refuseUnsafe() error {
	if c.AllowUnsafe {
		return nil
	}
	var faults []error
	for _, u := range c.Switches.Unsafe() {
		by := c.origins["steps"]
		if slices.Contains(overrides(c.Step), u.Variant) {
			by = c.origins["step"]
		}
		faults = append(faults, fmt.Errorf("%s (%s) is only for measurements: %s; choose another variant, or set allow_unsafe (--allow-unsafe) if no prize is real",
			u.Variant, by, u.Why))
	}
	return errors.Join(faults...)
}

func loopbackAddress(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func choosing(name string, to *string, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		_, err := steps.ParseChoice(text, nil)
		*to = text
		return err
	}, show: func() string { return *to }}
}

func overriding(name string, to *string, usage string) setting {
	return setting{name: name, usage: usage, list: true, set: func(text string) error {
		_, err := steps.ParseChoice("all", overrides(text))
		*to = text
		return err
	}, show: func() string { return *to }}
}

func address(name string, to *string, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		_, port, err := net.SplitHostPort(text)
		if n, numeric := strconv.ParseUint(port, 10, 16); err != nil || numeric != nil || strconv.FormatUint(n, 10) != port {
			return fmt.Errorf("use host:port with a port from 0 to 65535, such as 127.0.0.1:8080")
		}
		*to = text
		return nil
	}, show: func() string { return *to }}
}

func token(name string, to *string, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		if len(text) < 8 || len(text) > 512 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return errors.New("use 8 to 512 visible ASCII characters")
		}
		*to = text
		return nil
	}, show: func() string { return telemetry.Secret(*to).String() }}
}

func storeURL(name string, to *string, schemes []string, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		u, err := url.Parse(text)
		if err != nil || !slices.Contains(schemes, u.Scheme) || u.Opaque != "" {
			return fmt.Errorf("use a URL that begins with %s://", strings.Join(schemes, ":// or "))
		}
		*to = text
		return nil
	}, show: redactedURL(to)}
}

// folder takes any path: whether it can be used is found out at the start.
func folder(name string, to *string, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error { *to = text; return nil }, show: func() string { return *to }}
}

func label(name string, to *string, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		strange := func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
		}
		if len(text) > 63 || strings.ContainsFunc(text, strange) {
			return errors.New("use up to 63 letters, digits, '-', '_' and '.'")
		}
		*to = text
		return nil
	}, show: func() string { return *to }}
}

func number(name string, to *int, least, most int, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return fmt.Errorf("use an integer from %d to %d", least, most)
		}
		*to = n
		return nil
	}, show: func() string { return strconv.Itoa(*to) }}
}

func duration(name string, to *time.Duration, least, most time.Duration, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d < least || d > most {
			return fmt.Errorf("use a duration from %s to %s, such as 1s or 250ms", least, most)
		}
		*to = d
		return nil
	}, show: func() string { return to.String() }}
}

func ratio(name string, to *float64, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || !(f >= 0 && f <= 1) { // written so that NaN fails
			return errors.New("use a number from 0 to 1")
		}
		*to = f
		return nil
	}, show: func() string { return strconv.FormatFloat(*to, 'g', -1, 64) }}
}

func rate(name string, to *float64, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || !(f >= 0 && f <= 1e6) { // written so that NaN fails
			return errors.New("use a number from 0 to 1000000")
		}
		*to = f
		return nil
	}, show: func() string { return strconv.FormatFloat(*to, 'g', -1, 64) }}
}

func networks(name string, to *[]netip.Prefix, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		var list []netip.Prefix
		for part := range strings.SplitSeq(text, ",") {
			p, err := netip.ParsePrefix(part)
			if a, alone := netip.ParseAddr(part); alone == nil {
				p, err = a.WithZone("").Prefix(a.BitLen())
			}
			if err != nil {
				return errors.New("use addresses and networks with commas between them, such as 10.0.0.0/8,::1")
			}
			list = append(list, p.Masked())
		}
		*to = list
		return nil
	}, show: func() string {
		var list []string
		for _, p := range *to {
			list = append(list, p.String())
		}
		return strings.Join(list, ",")
	}}
}

func choice(name string, to *string, words []string, usage string) setting {
	return setting{name: name, usage: usage, set: func(text string) error {
		if !slices.Contains(words, text) {
			return fmt.Errorf("use %s", strings.Join(words, ", "))
		}
		*to = text
		return nil
	}, show: func() string { return *to }}
}

func yesno(name string, to *bool, usage string) setting {
	return setting{name: name, usage: usage, bare: "true", set: func(text string) error {
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("use true or false")
		}
		*to = b
		return nil
	}, show: func() string { return strconv.FormatBool(*to) }}
}

func level(name string, to *slog.Level, usage string) setting {
	words := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	return setting{name: name, usage: usage, set: func(text string) error {
		l, ok := words[text]
		if !ok {
			return errors.New("use debug, info, warn or error")
		}
		*to = l
		return nil
	}, show: func() string { return strings.ToLower(to.String()) }}
}

// redactedURL shows a URL without its password. In dev the URL may have been
// put in after loading, so it is read when it is shown.
func redactedURL(u *string) func() string {
	return func() string { return telemetry.SecretURL(*u).String() }
}
