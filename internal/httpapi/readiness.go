package httpapi

// Check is what one dependency said about being ready.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"` // machine-readable; "" if it is as it should be
	Detail string `json:"detail,omitempty"` // told to bearers of the admin token only
}

// Readiness is whether the instance should get draws, and what is not as it should
// be although it should.
type Readiness struct {
	Ready    bool    `json:"ready"`
	Degraded bool    `json:"degraded"`
	Checks   []Check `json:"checks"`
}

// reasonDraining is the reason of the check "serving".
const reasonDraining = "draining"

// readiness answers probes. While draining nobody is asked: the answer is no.
type readiness struct {
	ask   func() Readiness
	drain *Drain
}

func (r readiness) now() Readiness {
	if r.drain.Started() {
		return Readiness{Degraded: true, Checks: []Check{{Name: "serving", Reason: reasonDraining, Detail: "the instance is stopping"}}}
	}
	return r.ask()
}
