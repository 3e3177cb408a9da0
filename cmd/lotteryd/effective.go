package main

import "log/slog"

// EffectiveSetting is one line of the effective configuration.
type EffectiveSetting struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // passwords and tokens redacted
	Origin string `json:"origin"`
}

// Effective lists all settings in the order of the documentation, secrets
// redacted, each with where it came from.
func (c Config) Effective() []EffectiveSetting {
	var list []EffectiveSetting
	for _, s := range settings(&c) {
		list = append(list, EffectiveSetting{Name: s.name, Value: s.show(), Origin: string(c.origins[s.name])})
	}
	return list
}

// String gives the settings without secrets, so that none is printed by accident.
func (c Config) String() string { return c.LogValue().String() }

// GoString is String, for %#v.
func (c Config) GoString() string { return c.String() }

// LogValue gives the settings without secrets.
func (c Config) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, s := range c.Effective() {
		attrs = append(attrs, slog.String(s.Name, s.Value))
	}
	return slog.GroupValue(attrs...)
}
