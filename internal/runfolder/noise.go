package runfolder

import "time"

// Noise tells how much else went on on the machine during the window. It does
// not correct any figure; it says which rounds to distrust, see [NoiseLimit].
// Absent: not known on this system.
type Noise struct {
	// Over is the time between the two readings that the rest is the growth
	// between: the measured window and the last answers after it.
	Over time.Duration `json:"over_ns,omitempty"`
	// ServerRunQueue and ClientRunQueue are how long threads of the target's
	// processes and of this one were ready to run but had no processor, added
	// up over threads. A thread that ended in the window takes its time along.
	ServerRunQueue *time.Duration `json:"server_run_queue_ns,omitempty"`
	ClientRunQueue *time.Duration `json:"client_run_queue_ns,omitempty"`
	// ServerSwitches and ClientSwitches are how often such threads had to give
	// up a processor that they could have used.
	ServerSwitches *int64 `json:"server_involuntary_switches,omitempty"`
	ClientSwitches *int64 `json:"client_involuntary_switches,omitempty"`
	// CPUPressure is how long some task of the machine waited for a processor.
	CPUPressure *time.Duration `json:"cpu_pressure_ns,omitempty"`
	// ForeignCPU is the processor time that neither the target nor this process
	// nor the processes it started used: other programs, interrupts, and what
	// the hypervisor took. The system counts it in steps of 10 ms, by looking
	// who runs at each tick, so it can come out below 0: then it is put to 0
	// and ForeignClamped.
	ForeignCPU     *time.Duration `json:"foreign_cpu_ns,omitempty"`
	ForeignClamped bool           `json:"foreign_cpu_clamped,omitempty"`
	// Cores is how many processors the machine has that ForeignCPU counts over.
	Cores int `json:"cores,omitempty"`
	// LoadAverage is that over one minute, when the run began.
	LoadAverage *float64 `json:"load_average,omitempty"`
}
