package httpapi

import (
	"net/http"
)

// livez answers while the process can: it asks nothing, so that a broken
// dependency does not get every instance restarted.
func livez(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]bool{"live": true})
}

// readyz is for load balancers: 200 also if degraded, because what is degraded
// still serves draws.
func (a *admin) readyz(w http.ResponseWriter, r *http.Request) {
	now := a.readiness.now()
	shown := make([]Check, len(now.Checks))
	for i, c := range now.Checks {
		shown[i] = c
		if !a.admitted(r) {
			shown[i].Detail = "" // may name addresses
		}
	}
	now.Checks = shown
	status := http.StatusOK
	if !now.Ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, now)
}
