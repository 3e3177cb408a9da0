package runtimemetrics

import (
	"math"
	"slices"
)

// The quantities of a window besides those of a [Reading]. All but the last three
// are levels, which rise and fall; those only grow.
const (
	HeapLive     Quantity = "heap_bytes"      // objects, live or not yet collected
	HeapGoal     Quantity = "heap_goal_bytes" // at which the next collection is to end
	MemoryLimit  Quantity = "memory_limit_bytes"
	Goroutines   Quantity = "goroutines"
	Running      Quantity = "goroutines_running"
	Runnable     Quantity = "goroutines_runnable" // ready, and waiting for a processor
	Waiting      Quantity = "goroutines_waiting"
	NotInGo      Quantity = "goroutines_not_in_go" // in a system call or in C
	Threads      Quantity = "threads"
	MaxProcs     Quantity = "gomaxprocs"
	GCCPUSeconds Quantity = "gc_cpu_seconds_total"
	MutexWait    Quantity = "mutex_wait_seconds_total"
	AvailableCPU Quantity = "available_cpu_seconds_total" // GOMAXPROCS over time
)

// noMemoryLimit is what the runtime says where none is set.
const noMemoryLimit = float64(math.MaxInt64)

// Grows reports whether a quantity only grows, so that its rate is what tells.
func (q Quantity) Grows() bool {
	return slices.Contains([]Quantity{AllocBytes, Mallocs, GCCycles, GCPause, CPUSeconds, GCCPUSeconds, MutexWait, AvailableCPU}, q)
}

// levels are the names of the quantities of a window, as places are.
func levels() []place {
	return []place{
		{HeapLive, "go_memstats_heap_alloc_bytes", 1},
		{HeapLive, "go_memory_classes_heap_objects_bytes", 1},
		{HeapLive, "memstats.HeapAlloc", 1},
		{HeapGoal, "go_gc_heap_goal_bytes", 1},
		{HeapGoal, "go_memstats_next_gc_bytes", 1},
		{HeapGoal, "memstats.NextGC", 1},
		{MemoryLimit, "go_gc_gomemlimit_bytes", 1},
		{MemoryLimit, "go_memlimit_bytes", 1},
		{Goroutines, "go_goroutines", 1},
		{Goroutines, "go_sched_goroutines_goroutines", 1},
		{Running, "go_sched_goroutines_running_goroutines", 1},
		{Runnable, "go_sched_goroutines_runnable_goroutines", 1},
		{Waiting, "go_sched_goroutines_waiting_goroutines", 1},
		{NotInGo, "go_sched_goroutines_not_in_go_goroutines", 1},
		{Threads, "go_threads", 1},
		{Threads, "go_sched_threads_total_threads", 1},
		{Threads, "process_num_threads", 1},
		{MaxProcs, "go_sched_gomaxprocs_threads", 1},
		{MaxProcs, "go_gomaxprocs", 1},
		{GCCPUSeconds, "go_cpu_classes_gc_total_cpu_seconds_total", 1},
		{GCCPUSeconds, "go_gc_cpu_seconds_total", 1},
		{MutexWait, "go_sync_mutex_wait_total_seconds_total", 1},
		{MutexWait, "go_mutex_wait_seconds_total", 1},
		{AvailableCPU, "go_cpu_classes_total_cpu_seconds_total", 1},
	}
}

// Point is a quantity at one moment, or over the time since the moment before.
type Point struct {
	Seconds float64 `json:"s"` // since the first moment
	Value   float64 `json:"v"`
}

// Series is a quantity over a window: its level, or its growth per second if it
// only grows. Moments at which the service did not tell it are missing, as is a time
// in which something that only grows got less: a restart. Growth within much less
// than the usual time between two moments counts with that of the time after it.
func Series(moments []Moment, q Quantity) (points []Point) {
	var before Point
	known, shortest := false, usualSeconds(moments)/2
	for i := range moments {
		value, ok := valueOf(&moments[i], q)
		if !ok {
			continue
		}
		now := Point{moments[i].Time.Sub(moments[0].Time).Seconds(), value}
		took := now.Seconds - before.Seconds
		switch {
		case !q.Grows():
			points = append(points, now)
		case known && took < shortest && now.Value >= before.Value:
			continue // a rate over a moment is of that moment alone: the next one has it
		case known && took > 0 && now.Value >= before.Value:
			points = append(points, Point{now.Seconds, (now.Value - before.Value) / took})
		}
		before, known = now, true
	}
	return points
}

// usualSeconds is the median time between two moments.
func usualSeconds(moments []Moment) float64 {
	var all []float64
	for i := 1; i < len(moments); i++ {
		all = append(all, moments[i].Time.Sub(moments[i-1].Time).Seconds())
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// Growth is by how much a quantity that only grows did so from the first moment to
// the last. ok is false if it is not known at two moments, or got less in between.
func Growth(moments []Moment, q Quantity) (growth, seconds float64, ok bool) {
	var first, last Point
	count := 0
	for i := range moments {
		value, known := valueOf(&moments[i], q)
		if !known {
			continue
		}
		if count > 0 && value < last.Value {
			return 0, 0, false
		}
		last = Point{moments[i].Time.Sub(moments[0].Time).Seconds(), value}
		if count++; count == 1 {
			first = last
		}
	}
	return last.Value - first.Value, last.Seconds - first.Seconds, count > 1
}

func valueOf(m *Moment, q Quantity) (float64, bool) {
	for _, p := range slices.Concat(levels(), places()) {
		if p.quantity != q {
			continue
		}
		value, ok := m.Values[p.name]
		if q == MemoryLimit && value >= noMemoryLimit {
			return 0, false
		}
		if ok && value >= 0 {
			return value * p.unit, true
		}
	}
	return 0, false
}
