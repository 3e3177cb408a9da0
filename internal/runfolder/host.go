package runfolder

import "runtime"

// Host is the machine of the clients, and of the server when it is local.
type Host struct {
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	Kernel      string `json:"kernel,omitempty"`
	CPU         string `json:"cpu,omitempty"`
	Cores       int    `json:"cores"` // that this process may use
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	Go          string `json:"go"` // version that built this program
}

// ThisHost reads the facts of this machine.
func ThisHost() Host {
	return Host{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Kernel: kernel(), CPU: cpuModel(),
		Cores: runtime.NumCPU(), MemoryBytes: memoryBytes(), Go: runtime.Version(),
	}
}
