package main

import (
	"fmt"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/benchreport"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// doubts are what the manifests of run folders tell and their results do not:
// that a run broke an invariant or was cut short, that arms ran under different conditions, or one
// after the other.
func (m *material) doubts() (doubts []benchreport.Doubt) {
	warn := func(code, format string, args ...any) {
		doubts = append(doubts, benchreport.Doubt{Code: code, Text: fmt.Sprintf(format, args...)})
	}
	for _, f := range m.folders {
		for _, text := range f.broken {
			warn(benchreport.DoubtUnlike, "%s: %s", f.path, text)
		}
		if f.run.State != runfolder.Complete {
			warn(benchreport.DoubtUnlike, "%s is %s: %s", f.path, f.run.State, orNoReason(f.run.Reason))
		}
		for _, arm := range f.run.Arms {
			if !arm.FreshProcess {
				warn(benchreport.DoubtUnlike, "all runs of arm %s in %s loaded one process, so they are not independent", arm.Name, f.path)
			}
		}
	}
	if len(m.folders) < 2 {
		return doubts
	}
	old := m.folders[0]
	for _, new := range m.folders[1:] {
		for _, d := range differences(old.run, new.run) {
			warn(benchreport.DoubtUnlike, "%s: %s in %s, %s in %s", d.what, d.old, old.path, d.new, new.path)
		}
		if first, second, apart := sequential(old, new); apart {
			warn(benchreport.DoubtSequential, "%s was over before %s began (%s): a drift in between looks like a change, and no test can tell them apart; run both as arms of one bench",
				first.path, second.path, second.run.Started.Format(time.RFC3339))
		}
	}
	return doubts
}

func orNoReason(reason string) string {
	if reason == "" {
		return "it has no end"
	}
	return reason
}

// difference is a condition that two runs do not share.
type difference struct{ what, old, new string }

func differences(a, b runfolder.Manifest) (found []difference) {
	note := func(what, old, new string) {
		if old != new {
			found = append(found, difference{what, orNothing(old), orNothing(new)})
		}
	}
	note("processor", a.Host.CPU, b.Host.CPU)
	note("cores", fmt.Sprint(a.Host.Cores), fmt.Sprint(b.Host.Cores))
	note("kernel", a.Host.Kernel, b.Host.Kernel)
	note("system", a.Host.OS+"/"+a.Host.Arch, b.Host.OS+"/"+b.Host.Arch)
	note("lotteryctl was built by", a.Host.Go, b.Host.Go)
	note("lotteryctl's version", a.Tool, b.Tool)
	note("workload", a.Workload, b.Workload)
	for _, before := range a.Arms {
		for _, after := range b.Arms {
			if before.Name == after.Name {
				of := " of arm " + before.Name
				note("rate"+of, loadText(before), loadText(after))
				note("length of a run"+of, before.DurationNS.String(), after.DurationNS.String())
				note("warm-up"+of, before.WarmupNS.String(), after.WarmupNS.String())
				note("request body"+of, before.BodySHA256, after.BodySHA256)
			}
		}
	}
	return found
}

func loadText(arm runfolder.ArmManifest) string {
	if arm.Rate == 0 {
		return fmt.Sprintf("%s, %d connections", arm.Arrivals, arm.Connections)
	}
	return fmt.Sprintf("%s, %s/s", arm.Arrivals, groupedFloat(arm.Rate))
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// sequential reports whether one of two runs was over before the other began.
func sequential(a, b runFolder) (first, second runFolder, apart bool) {
	switch {
	case !a.run.Ended.IsZero() && !a.run.Ended.After(b.run.Started):
		return a, b, true
	case !b.run.Ended.IsZero() && !b.run.Ended.After(a.run.Started):
		return b, a, true
	}
	return a, b, false
}
