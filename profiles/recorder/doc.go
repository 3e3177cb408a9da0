// Package recorder is for a service to embed: it records the service from
// within, always, and keeps the minutes before something goes wrong.
//
//  1. [New] makes a [Recorder] of [Options], whose zero value is useful, and
//     [Recorder.Run] runs it until its context ends. It keeps a ring of short
//     CPU slices and the runtime's flight recorder of the execution trace, at a
//     cost that it measures and keeps within [Budget]: 0.5 % of the process's
//     CPU time unless you say otherwise.
//  2. [Recorder.Observe] hears how long each request took. A slow one, or a
//     jump in the number of goroutines, makes it take a snapshot: the ring and
//     the trace, with the goroutines and the heap.
//  3. [Recorder.Handler] serves what there is on the service's private port.
//     [Recorder.YieldTo] lets a CPU profile that is taken by hand go first.
//  4. [Recorder.Stats] says what was recorded and what it cost.
//  5. [ReadManifest] reads a snapshot again, from any [io/fs.FS].
//
// [Labels], [SetLabels] and [LabelSet] give CPU and goroutine profiles the route
// of a request, and what else is known of it.
//
// The formats, the HTTP paths and the account of what recording costs are in
// docs/recorder.md.
package recorder
