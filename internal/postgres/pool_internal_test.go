package postgres

import (
	"strings"
	"testing"
)

// TestPoolSize: the URL decides where it says so, as long as wins can be committed.
func TestPoolSize(t *testing.T) {
	for query, want := range map[string]int32{"": 6, "?pool_max_conns=20": 20, "?pool_max_conns=3": 3, "?pool_max_conns=2": 0} {
		conf, err := poolConfig(Options{URL: "postgres://h/db" + query}.withDefaults())
		switch {
		case want == 0:
			if err == nil || !strings.Contains(err.Error(), "use 3 or more") {
				t.Errorf("%q: %v", query, err)
			}
		case err != nil || conf.MaxConns != want || conf.MinIdleConns > conf.MaxConns:
			t.Errorf("%q: %+v, %v; want %d connections", query, conf, err, want)
		}
	}
}
