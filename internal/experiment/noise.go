package experiment

import "time"

// Noise tells how much else went on on the machine during the window. It does
// not correct any figure; it says which rounds to distrust. Absent: not known
// on this system.
type Noise struct {
	// ServerRunQueue and ClientRunQueue are how long threads of the two
	// processes were ready to run but had no processor, added up over threads.
	ServerRunQueue *time.Duration `json:"server_run_queue_ns,omitempty"`
	ClientRunQueue *time.Duration `json:"client_run_queue_ns,omitempty"`
	// CPUPressure is how long some task of the machine waited for a processor.
	CPUPressure *time.Duration `json:"cpu_pressure_ns,omitempty"`
	// LoadAverage is that over one minute, when the round began.
	LoadAverage *float64 `json:"load_average,omitempty"`
}

// noiseMark is the machine's counters at one moment.
type noiseMark struct {
	server, client, pressure *time.Duration
}

func (m noiseMark) since(before noiseMark) Noise {
	return Noise{
		ServerRunQueue: growth(before.server, m.server),
		ClientRunQueue: growth(before.client, m.client),
		CPUPressure:    growth(before.pressure, m.pressure),
	}
}

// growth is nil when either end is unknown, or when the counter shrank: the
// counters are sums over threads, and those that ended took theirs along.
func growth(before, after *time.Duration) *time.Duration {
	if before == nil || after == nil || *after < *before {
		return nil
	}
	d := *after - *before
	return &d
}
