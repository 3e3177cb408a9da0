package experiment

import "encoding/json"

// parseExpvar reads what package expvar serves at /debug/vars: an object with
// the runtime's memory statistics under "memstats".
func parseExpvar(body []byte) (Reading, error) {
	var vars struct {
		MemStats struct {
			TotalAlloc, Mallocs, NumGC, PauseTotalNs *float64
		} `json:"memstats"`
	}
	if err := json.Unmarshal(body, &vars); err != nil {
		return nil, err
	}
	reading := Reading{}
	set := func(q Quantity, value *float64, unit float64) {
		if value != nil && usable(*value) {
			reading[q] = *value * unit
		}
	}
	set(AllocBytes, vars.MemStats.TotalAlloc, 1)
	set(Mallocs, vars.MemStats.Mallocs, 1)
	set(GCCycles, vars.MemStats.NumGC, 1)
	set(GCPause, vars.MemStats.PauseTotalNs, 1e-9)
	return reading, nil
}
