package cli

import (
	"testing"
)

func TestRedactCommand(t *testing.T) {
	for command, want := range map[string]string{
		"old=./svc -port {{port}}":                            "old=./svc -port {{port}}",
		"keyed=./svc":                                         "keyed=./svc",
		"a=./svc --db postgres://me:hunter2@h/db":             "a=./svc --db postgres://***@h/db",
		"a=env API_TOKEN=hunter2 ./svc --password=hunter2 -x": "a=env API_TOKEN=*** ./svc --password=*** -x",
	} {
		if got := redactFlag("arm", command); got != want {
			t.Errorf("%s: got %s, want %s", command, got, want)
		}
	}
}
