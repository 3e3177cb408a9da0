//go:build !linux

package runfolder

// On other systems these facts are not read; the run folder leaves them out.

func cpuModel() string   { return "" }
func kernel() string     { return "" }
func memoryBytes() int64 { return 0 }
