package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// configLoader finds every setting's value: the flag if it is given, else the
// environment variable if it is not empty, else the line of the file, else the
// default. It reports all faults at once, one sentence each.
type configLoader struct {
	getenv func(string) string
	file   *string           // --config
	flags  map[string]*given // by setting
}

// given is a flag's text, kept as it is: it is checked by load, with all other
// sources, so that a bad value gets the same sentence wherever it stands.
type given struct {
	text string
	set  bool
	list bool // a second text is added to the first
}

// String, Set and Type implement [pflag.Value].
func (g *given) String() string { return "" }
func (g *given) Type() string   { return "value" }
func (g *given) Set(s string) error {
	if g.list && g.set {
		s = g.text + "," + s
	}
	g.text, g.set = s, true
	return nil
}

func newConfigLoader(getenv func(string) string) *configLoader {
	return &configLoader{getenv: getenv, file: new(string), flags: map[string]*given{}}
}

// bind declares a flag for each setting, and --config.
func (l *configLoader) bind(flags *pflag.FlagSet) {
	flags.StringVar(l.file, "config", "", "YAML file with settings, named like the flags with '_' instead of '-' (or set LOTTERYD_CONFIG)")
	for _, s := range settings(new(Config)) {
		l.flags[s.name] = &given{list: s.list}
		flags.VarPF(l.flags[s.name], s.flag(), "", s.usage).NoOptDefVal = s.bare
	}
}

// load gives the configuration to serve with: both stores must be named.
func (l *configLoader) load() (Config, error) {
	c, err := l.loadWith(defaultConfig(), "redis_url", "postgres_url")
	if err == nil {
		err = c.refuseUnsafe()
	}
	if err != nil {
		return Config{}, err
	}
	return c, nil
}

// loadLedger gives the configuration for work on the ledger alone.
func (l *configLoader) loadLedger() (Config, error) {
	return l.loadWith(defaultConfig(), "postgres_url")
}

// loadFast gives the configuration of a command that needs Redis alone.
func (l *configLoader) loadFast() (Config, error) {
	return l.loadWith(defaultConfig(), "redis_url")
}

// loadDev gives the configuration of --dev, which brings its own stores and
// does not wait for load balancers to notice that it stops.
func (l *configLoader) loadDev() (Config, error) {
	c := defaultConfig()
	c.DrainDelay = 0
	c, err := l.loadWith(c)
	if err == nil {
		c.origins["redis_url"], c.origins["postgres_url"] = "--dev", "--dev" // whatever was said about them
	}
	return c, err
}

// loadWith fills c. required names the settings that have no default.
func (l *configLoader) loadWith(c Config, required ...string) (Config, error) {
	file, err := l.readFile()
	if err != nil {
		return Config{}, err
	}
	var faults []error
	for _, s := range settings(&c) {
		value, from := l.find(s, file)
		c.origins[s.name] = from
		switch {
		case from == originDefault && slices.Contains(required, s.name):
			faults = append(faults, fmt.Errorf("%s is not set; set --%s, %s or %s in the file given with --config",
				s.name, s.flag(), s.variable(), s.name))
		case from == originDefault:
		default:
			if err := s.set(value); err != nil {
				faults = append(faults, fmt.Errorf("%s%s; %w", s.named(from), quoteUnlessSecret(s.name, value), err))
			}
		}
	}
	if len(faults) == 0 { // on half a configuration it would complain about defaults
		faults = append(faults, c.choose(), c.checkTogether())
	}
	if err := errors.Join(faults...); err != nil {
		return Config{}, err
	}
	return c, nil
}

// named is what to call the setting in a complaint: a line of a file does not say
// which setting it is, its flag and its variable do.
func (s setting) named(from origin) string {
	if text := fmt.Sprint(from); text == "--"+s.flag() || text == s.variable() {
		return text
	}
	return fmt.Sprintf("%s: %s", from, s.name)
}

// quoteUnlessSecret shows the refused value where it cannot hold a secret.
func quoteUnlessSecret(name, value string) string {
	if name == "admin_token" || strings.HasSuffix(name, "_url") {
		return " cannot be used"
	}
	if len(value) > 64 {
		value = value[:64] + "…"
	}
	return fmt.Sprintf(" cannot be %q", value)
}

// find gives the setting's text and where it stands; originDefault if nowhere.
func (l *configLoader) find(s setting, file configFile) (string, origin) {
	if flag := l.flags[s.name]; flag != nil && flag.set {
		return flag.text, origin("--" + s.flag())
	}
	if text := l.getenv(s.variable()); text != "" {
		return text, origin(s.variable())
	}
	if line, ok := file[s.name]; ok {
		return line.text, line.origin
	}
	return "", originDefault
}

// readFile reads the file that flag or environment name; an empty one if none does.
func (l *configLoader) readFile() (configFile, error) {
	path, from := *l.file, "--config"
	if path == "" {
		path, from = l.getenv("LOTTERYD_CONFIG"), "LOTTERYD_CONFIG"
	}
	if path == "" {
		return configFile{}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; use a readable YAML file", from, err)
	}
	defer f.Close()
	return parseConfigFile(f, path)
}
