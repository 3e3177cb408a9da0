package runfolder

// Condition is something that two runs should share to be compared.
type Condition string

// The conditions. Values of a difference are strings but where said otherwise.
const (
	SameCPU      Condition = "processor"
	SameCores    Condition = "cores" // int
	SameKernel   Condition = "kernel"
	SameSystem   Condition = "system"     // operating system/architecture
	SameGo       Condition = "go version" // that the tool was built by
	SameTool     Condition = "tool"       // its name and version
	SameWorkload Condition = "workload"
	SameRate     Condition = "rate"       // of an arm: ArmLoad
	SameDuration Condition = "run length" // of an arm: time.Duration
	SameWarmup   Condition = "warm-up"    // of an arm: time.Duration
	SameBody     Condition = "request body"
)

// ArmLoad is how an arm is loaded: at a rate per second or, where that is 0, over
// so many connections.
type ArmLoad struct {
	Arrivals    string
	Rate        float64
	Connections int
}

// Difference is a condition that two runs do not share.
type Difference struct {
	Condition Condition
	Arm       string // of both runs; "" where the runs as such differ
	Old, New  any    // of the type that the condition says; "" for not known
}

// Differences are the conditions that two runs, and arms of the same name, do not
// share.
func Differences(old, new Manifest) (found []Difference) {
	note := func(condition Condition, arm string, before, after any) {
		if before != after {
			found = append(found, Difference{condition, arm, before, after})
		}
	}
	note(SameCPU, "", old.Host.CPU, new.Host.CPU)
	note(SameCores, "", old.Host.Cores, new.Host.Cores)
	note(SameKernel, "", old.Host.Kernel, new.Host.Kernel)
	note(SameSystem, "", old.Host.OS+"/"+old.Host.Arch, new.Host.OS+"/"+new.Host.Arch)
	note(SameGo, "", old.Host.Go, new.Host.Go)
	note(SameTool, "", old.Tool, new.Tool)
	note(SameWorkload, "", old.Workload, new.Workload)
	for _, before := range old.Arms {
		for _, after := range new.Arms {
			if before.Name == after.Name {
				note(SameRate, before.Name, loadOf(before), loadOf(after))
				note(SameDuration, before.Name, before.DurationNS, after.DurationNS)
				note(SameWarmup, before.Name, before.WarmupNS, after.WarmupNS)
				note(SameBody, before.Name, before.BodySHA256, after.BodySHA256)
			}
		}
	}
	return found
}

func loadOf(arm ArmManifest) ArmLoad {
	load := ArmLoad{Arrivals: arm.Arrivals, Rate: arm.Rate}
	if arm.Rate == 0 {
		load.Connections = arm.Connections
	}
	return load
}

// Sequence is negative where run a was over before run b began, positive where b
// was over before a began, and 0 where they overlap or their ends are not known.
func Sequence(a, b Manifest) int {
	switch {
	case !a.Ended.IsZero() && !a.Ended.After(b.Started):
		return -1
	case !b.Ended.IsZero() && !b.Ended.After(a.Started):
		return 1
	}
	return 0
}
