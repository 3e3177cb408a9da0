package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

// loaded runs the loader over flags, variables and a file's text ("" for none).
func loaded(t *testing.T, args []string, env map[string]string, file string) (Config, error) {
	t.Helper()
	if file != "" {
		path := filepath.Join(t.TempDir(), "l.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", path)
	}
	l := newConfigLoader(func(name string) string { return env[name] })
	flags := pflag.NewFlagSet("lotteryd", pflag.ContinueOnError)
	l.bind(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return l.load()
}

// stores are the two settings that have no default.
func stores() map[string]string {
	return map[string]string{"LOTTERYD_REDIS_URL": "redis://:pw-r@db/0", "LOTTERYD_POSTGRES_URL": "postgres://app:pw-p@db/lottery"}
}

func TestDefaults(t *testing.T) {
	c, err := loaded(t, nil, stores(), "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.AdminListen != "127.0.0.1:8081" || c.MaxInFlight != 4096 || c.DrawTimeout != 2*time.Second ||
		c.RedisConnections != 2 || c.CommitConnections != 2 || c.DrainDelay != 5*time.Second || c.DrainTimeout != 30*time.Second ||
		c.RefreshInterval != time.Second || c.MemoryLimitRatio != .9 || c.LogLevel != slog.LevelInfo || c.LossLogEvery != 1000 {
		t.Errorf("defaults are not the documented ones: %v", c)
	}
}

// TestUsageNamesTheDefault holds each help line's "(default …)" to the default.
func TestUsageNamesTheDefault(t *testing.T) {
	c := defaultConfig()
	named := 0
	for _, s := range settings(&c) {
		m := regexp.MustCompile(`\(default ([^;)]*)`).FindStringSubmatch(s.usage)
		if m == nil {
			continue
		}
		named++
		if shown := s.show(); m[1] != shown && !(m[1] == "empty" && shown == "") {
			t.Errorf("%s: help says default %s; it is %s", s.name, m[1], shown)
		}
	}
	if named < 14 {
		t.Errorf("only %d settings name a default", named)
	}
}

func TestEverySettingComesFromEverySource(t *testing.T) {
	// Two values for each: unlike the default and each other.
	samples := map[string][2]string{
		"listen": {"127.0.0.1:1", "127.0.0.1:2"}, "admin_listen": {"127.0.0.1:3", "127.0.0.1:4"},
		"admin_token": {"token-number-1", "token-number-2"}, "region": {"eu", "us"},
		"redis_url": {"redis://one/0", "redis://two/0"}, "postgres_url": {"postgres://one/l", "postgresql://two/l"},
		"max_in_flight": {"10", "11"}, "max_connections": {"20", "21"}, "max_wait": {"2s", "3s"}, "client_rate": {"5", "0.5"}, "trusted_proxies": {"10.0.0.0/8,::1/128", "127.0.0.1/32"}, "draw_timeout": {"1s", "1.5s"}, "redis_connections": {"3", "4"}, "commit_connections": {"5", "6"},
		"reconcile_after": {"10s", "11s"}, "refresh_interval": {"2s", "3s"}, "drain_delay": {"1s", "2s"}, "drain_timeout": {"1s", "2s"},
		"log_level": {"debug", "warn"}, "log_format": {"json", "text"}, "loss_log_every": {"1", "2"}, "memory_limit_ratio": {"0.5", "0.7"}, "block_profile_rate": {"1", "1000"}, "mutex_profile_fraction": {"1", "10"},
		"recorder": {"off", "off"}, "recorder_dir": {"a", "b"}, "recorder_cpu": {"0.02", "0.03"}, "recorder_latency": {"1s", "2s"},
		"steps": {"1,4", "3,4"}, "allow_unsafe": {"true", "true"}, "step": {"json=article", "gc=200,log=zerolog"},
	}
	c := defaultConfig()
	for _, s := range settings(&c) {
		pair, ok := samples[s.name]
		if !ok {
			t.Errorf("no samples for setting %s: add them", s.name)
			continue
		}
		low, high := pair[0], pair[1]
		flag, env := []string{"--" + s.flag(), high}, stores()
		file := fmt.Sprintf("# comment\n%s: %s\n", s.name, low)
		delete(env, s.variable())
		check := func(how string, args []string, env map[string]string, file, want, from string) {
			t.Helper()
			c, err := loaded(t, args, env, file)
			if err != nil {
				t.Errorf("%s by %s: %v", s.name, how, err)
				return
			}
			wanted := c
			for _, w := range settings(&wanted) {
				if w.name == s.name {
					if got := w.show(); s.name != "admin_token" && got != want {
						t.Errorf("%s by %s is %s; want %s", s.name, how, got, want)
					}
				}
			}
			if got := string(c.origins[s.name]); !strings.HasSuffix(got, from) {
				t.Errorf("%s by %s has origin %q; want %q", s.name, how, got, from)
			}
		}
		check("file", nil, env, file, low, "l.yaml:2")
		env[s.variable()] = high
		check("variable over file", nil, env, file, high, s.variable())
		env[s.variable()] = low
		check("flag over both", flag, env, file, high, "--"+s.flag())
	}
}

// TestConfigFaults gives one bad value at a time and wants one sentence, with
// the place and what is allowed.
func TestConfigFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		env  string // NAME=value
		file string
		want string // a part of the sentence
	}{
		{"flag", []string{"--max-in-flight=0"}, "", "", `--max-in-flight cannot be "0"; use an integer from 1 to 1000000`},
		{"variable", nil, "LOTTERYD_DRAW_TIMEOUT=fast", "", `LOTTERYD_DRAW_TIMEOUT cannot be "fast"; use a duration from 50ms to 20s`},
		{"file", nil, "", "region: eu\nlog_level: loud\n", `l.yaml:2: log_level cannot be "loud"; use debug, info, warn or error`},
		{"empty flag", []string{"--listen="}, "", "", `--listen cannot be ""; use host:port`},
		{"port name", []string{"--listen=127.0.0.1:http"}, "", "", "use host:port"},
		{"port too high", []string{"--listen=127.0.0.1:70000"}, "", "", "use host:port"},
		{"store scheme", []string{"--redis-url=http://x"}, "", "", "--redis-url cannot be used; use a URL that begins with redis:// or"},
		{"DSN instead of URL", []string{"--postgres-url=host=db password=hunter2"}, "", "", "use a URL that begins with postgres://"},
		{"broken URL", []string{"--postgres-url=postgres://app:hunter2@db:5432%zz/"}, "", "", "--postgres-url cannot be used"},
		{"short token", []string{"--admin-token=hunter2"}, "", "", "--admin-token cannot be used; use 8 to 512"},
		{"ratio", []string{"--memory-limit-ratio=NaN"}, "", "", "use a number from 0 to 1"},
		{"region", []string{"--region=eu west"}, "", "", "use up to 63 letters"},
		{"steps", []string{"--steps=1,9"}, "", "", `--steps cannot be "1,9"; unknown step "9"`},
		{"step", nil, "LOTTERYD_STEP=json=fast", "", `LOTTERYD_STEP cannot be "json=fast"; switch json has no variant "fast"; use`},
		{"format", []string{"--log-format=xml"}, "", "", "use auto, json, text"},
		{"open admin port", []string{"--admin-listen=0.0.0.0:8081"}, "", "", `admin_listen (--admin-listen) is "0.0.0.0:8081", which is not a loopback address; set admin_token`},
		{"open admin port, no host", nil, "LOTTERYD_ADMIN_LISTEN=:8081", "", "not a loopback address"},
		{"same port", []string{"--listen=127.0.0.1:9", "--admin-listen=127.0.0.1:9"}, "", "", "use different ports"},
		{"reconciler too soon", []string{"--reconcile-after=1s"}, "", "", "reconcile_after must be longer"},
		{"unknown setting", nil, "", "max_inflight: 3\n", `l.yaml:1: unknown setting "max_inflight"`},
		{"setting twice", nil, "", "region: eu\nregion: us\n", "l.yaml:2: region is already set at"},
		{"list", nil, "", "region: [eu]\n", "l.yaml:1: region must be a single value"},
		{"nothing", nil, "", "region:\n", "l.yaml:1: region must be a single value"},
		{"not a mapping", nil, "", "- region\n", "l.yaml:1: not a 'setting: value' line"},
		{"not YAML", nil, "", "region: eu\n\t x: y\n", "l.yaml:2: "},
		{"no file", []string{"--config", "/nowhere/l.yaml"}, "", "", "--config: open /nowhere/l.yaml: no such file or directory; use a readable YAML file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := stores()
			if name, value, ok := strings.Cut(c.env, "="); ok {
				env[name] = value
			}
			_, err := loaded(t, c.args, env, c.file)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v; want %q", err, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the fault shows a secret: %v", err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("one fault, several sentences: %v", err)
			}
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, err := loaded(t, []string{"--max-in-flight=x", "--region=a b"}, nil, "drain_delay: -1s\n")
	if err == nil {
		t.Fatal("accepted")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 5 { // and the two stores that are not set
		t.Errorf("got %d sentences; want 5:\n%v", len(lines), err)
	}
	if !strings.Contains(err.Error(), "redis_url is not set; set --redis-url, LOTTERYD_REDIS_URL or redis_url in the file") {
		t.Errorf("nothing says how to set what is missing: %v", err)
	}
}

func TestStoresAreDemandedWhereNeeded(t *testing.T) {
	l := newConfigLoader(func(string) string { return "" })
	c, err := l.loadDev()
	if err != nil || c.DrainDelay != 0 || c.origins["redis_url"] != "--dev" {
		t.Errorf("dev: got %v, %v; want no stores demanded, no delay", c, err)
	}
	l = newConfigLoader(func(name string) string { return map[string]string{"LOTTERYD_POSTGRES_URL": "postgres://db/l"}[name] })
	if _, err := l.loadLedger(); err != nil {
		t.Errorf("work on the ledger demands more than the ledger: %v", err)
	}
	if _, err := l.load(); err == nil {
		t.Error("serving does not demand Redis")
	}
}

func TestOpenAdminPortWithToken(t *testing.T) {
	env := stores()
	env["LOTTERYD_ADMIN_TOKEN"] = "a-good-token"
	if _, err := loaded(t, []string{"--admin-listen=0.0.0.0:8081"}, env, ""); err != nil {
		t.Errorf("refused though a token is set: %v", err)
	}
}

// TestConfigHidesSecrets prints the configuration every way a careless line could.
func TestConfigHidesSecrets(t *testing.T) {
	env := stores()
	env["LOTTERYD_ADMIN_TOKEN"] = "pw-token-pw"
	c, err := loaded(t, nil, env, "")
	if err != nil {
		t.Fatal(err)
	}
	effective, err := json.Marshal(c.Effective())
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", c)
	for _, row := range []struct{ how, text string }{
		{"effective", string(effective)}, {"%v", fmt.Sprint(c)}, {"%+v", fmt.Sprintf("%+v", c)}, {"%#v", fmt.Sprintf("%#v", c)}, {"slog", log.String()},
	} {
		if regexp.MustCompile(`pw-`).MatchString(row.text) {
			t.Errorf("%s shows a secret: %s", row.how, row.text)
		}
		if strings.Count(row.text, "REDACTED") != 3 || !strings.Contains(row.text, "app:REDACTED@db/lottery") {
			t.Errorf("%s hides too little or too much: %s", row.how, row.text)
		}
	}
	if !strings.Contains(string(effective), `{"name":"listen","value":"127.0.0.1:8080","origin":"default"}`) {
		t.Errorf("no origin: %s", effective)
	}
}

// TestSwitches has the flags for tuning steps say together what is chosen.
func TestSwitches(t *testing.T) {
	c, err := loaded(t, []string{"--allow-unsafe", "--steps=1,3", "--step=json=article", "--step", "gc=200"}, stores(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, want string }{{"conn-pool", "best"}, {"json", "article"}, {"gc", "200"}, {"claim", "before"}, {"stock", "lua"}} {
		if got := c.Switches.Variant(row.name); got != row.want {
			t.Errorf("%s is %s; want %s", row.name, got, row.want)
		}
	}
	if c, err = loaded(t, nil, stores(), ""); err != nil || c.Switches != (steps.Choice{}) {
		t.Errorf("by default: %v, %v; want the best of each", c.Switches, err)
	}
}

// TestUnsafeVariantsAreRefused has all unsafe variants named, with the reasons,
// wherever they were chosen, and nothing said where there are none.
func TestUnsafeVariantsAreRefused(t *testing.T) {
	const clock, seeds, row = "dice=article (", "dice=before (", "claim=stock-row ("
	for name, c := range map[string]struct {
		args []string
		env  string // LOTTERYD_ALLOW_UNSAFE
		file string
		want []string
	}{
		"article":                  {args: []string{"--steps=article"}, want: []string{clock + "--steps) is only for measurements: ", "seeds from the clock can be guessed", "--allow-unsafe"}},
		"none":                     {args: []string{"--steps", "none"}, want: []string{seeds, "2^31 seeds"}},
		"two":                      {args: []string{"--steps=article", "--step", "claim=stock-row"}, want: []string{clock + "--steps)", row + "--step)", "\n"}},
		"in the file":              {file: "step: dice=article\n", want: []string{clock, "l.yaml:1"}},
		"refused explicitly":       {args: []string{"--steps=article"}, env: "false", want: []string{clock}},
		"allowed":                  {args: []string{"--steps=article", "--allow-unsafe"}},
		"allowed with a value":     {args: []string{"--steps=article", "--allow-unsafe=true"}},
		"allowed by environment":   {args: []string{"--steps=none"}, env: "true"},
		"allowed by file":          {args: []string{"--steps=none"}, file: "allow_unsafe: true\n"},
		"article with safe dice":   {args: []string{"--steps=article", "--step", "dice=best"}},
		"default":                  {},
		"allowed for no reason":    {args: []string{"--allow-unsafe"}},
		"allowed with nonsense":    {args: []string{"--allow-unsafe=maybe"}, want: []string{"use true or false"}},
		"dice of the runtime's v2": {args: []string{"--step", "dice=v2"}},
	} {
		t.Run(name, func(t *testing.T) {
			env := stores()
			env["LOTTERYD_ALLOW_UNSAFE"] = c.env
			_, err := loaded(t, c.args, env, c.file)
			if (err != nil) != (len(c.want) > 0) {
				t.Fatalf("got %v; want an error with %q", err, c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
		})
	}
}

// TestUnsafeVariantsOnlyStopServing: a sample and the other commands go on.
func TestUnsafeVariantsOnlyStopServing(t *testing.T) {
	l := newConfigLoader(func(name string) string {
		env := stores()
		env["LOTTERYD_STEPS"] = "article"
		return env[name]
	})
	for name, load := range map[string]func() (Config, error){"--dev": l.loadDev, "migrate": l.loadLedger, "settle": l.loadFast} {
		if _, err := load(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := l.load(); err == nil {
		t.Error("serve: not refused")
	}
}

// FuzzConfigFile: never a panic; what is accepted holds known settings only.
func FuzzConfigFile(f *testing.F) {
	for _, seed := range []string{"", "# c", "---\n", "region: eu", "region: eu\nregion: us", "{listen: \"x:1\"}", "a: &a [*a]", "- x", "? [a]\n: b", "---\n...\n---\nx: y"} {
		f.Add(seed)
	}
	known := map[string]bool{}
	for _, s := range settings(new(Config)) {
		known[s.name] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseConfigFile(strings.NewReader(text), "l.yaml")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "l.yaml") {
				t.Errorf("%q: the error does not say where: %v", text, err)
			}
			return
		}
		for name, line := range file {
			if !known[name] || !strings.HasPrefix(string(line.origin), "l.yaml:") {
				t.Errorf("%q: accepted setting %q from %q", text, name, line.origin)
			}
		}
	})
}
