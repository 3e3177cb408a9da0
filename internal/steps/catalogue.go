package steps

import "slices"

// All returns the eight steps in order. The slice is the caller's.
func All() []Switch {
	return []Switch{connPool(), objectPool(), jsonCodec(), dice(), claim(), logging(), garbage(), userState()}
}

// Extras returns the six switches beyond the eight steps. The slice is the
// caller's.
func Extras() []Switch {
	return []Switch{stock(), sampler(), snapshot(), layout(), metadata(), redisBatch()}
}

// Every returns the eight steps, then the extras.
func Every() []Switch { return append(All(), Extras()...) }

// Find returns the switch with this short name, a step or an extra.
func Find(name string) (Switch, bool) {
	every := Every()
	i := slices.IndexFunc(every, func(s Switch) bool { return s.Name == name })
	if i < 0 {
		return Switch{}, false
	}
	return every[i], true
}

// Names are the short names of all switches, the eight steps first.
func Names() []string {
	every := Every()
	names := make([]string, len(every))
	for i, s := range every {
		names[i] = s.Name
	}
	return names
}
