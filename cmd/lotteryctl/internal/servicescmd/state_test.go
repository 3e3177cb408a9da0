package servicescmd

import (
	"strings"
	"testing"
)

func TestParseStateRefusals(t *testing.T) {
	for _, row := range []struct{ text, complaint string }{
		{``, "not a state file"},
		{`[]`, "not a state file"},
		{`{"version":2,"pid":100}`, "version 2"},
		{`{"version":1,"pid":-1}`, "process id -1"},
		{`{"version":1}`, "process id 0"},
	} {
		if _, err := parseState([]byte(row.text)); err == nil || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%q: got %v, want a complaint with %q", row.text, err, row.complaint)
		}
	}
}

func FuzzParseState(f *testing.F) {
	f.Add([]byte(`{"version":1,"pid":4242,"redis":"redis://x","postgres":"postgres://y"}`))
	f.Add([]byte(`{"version":1,"pid":-1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := parseState(data)
		if err == nil && state.PID <= 1 {
			t.Errorf("accepted the process id %d, which means a group of processes", state.PID)
		}
	})
}
