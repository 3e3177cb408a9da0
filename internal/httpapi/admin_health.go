package httpapi

import (
	"net/http"
)

// livez answers while the process can: it asks nothing, so that a broken
// dependency does not get every instance restarted.
func livez(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]bool{"live": true})
}

func (a *admin) readyz(w http.ResponseWriter, r *http.Request) {
	checks, ready := a.readiness.now()
	shown := make([]Check, len(checks))
	for i, c := range checks {
		shown[i] = c
		if !a.admitted(r) {
			shown[i].Detail = "" // may name addresses
		}
	}
	status := http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, struct {
		Ready  bool    `json:"ready"`
		Checks []Check `json:"checks"`
	}{ready, shown})
}
