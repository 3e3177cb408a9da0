// Package recorder runs inside a service. It records CPU profiles and the
// execution trace all the time, at a low cost, and saves the last minutes when
// something goes wrong.
//
// # A tour
//
//  1. [New] makes a [Recorder] from [Options]; their zero value is useful.
//     [Recorder.Run] records until its context ends. It keeps a ring of short CPU
//     slices, and the runtime's flight recorder of the execution trace. It
//     measures its own cost and stays within [Budget], by default 0.5 % of the
//     process's CPU time.
//  2. Call [Recorder.Observe] with the time that each request took. A slow
//     request, or a jump in the number of goroutines, causes a snapshot: the ring,
//     the trace, the goroutines and the heap.
//  3. [Recorder.Handler] serves the state and the snapshots. Put it on the
//     service's private port. [Recorder.YieldTo] gives priority to a CPU profile
//     that somebody requests.
//  4. [Labels], [SetLabels] and [LabelSet] add the route of a request, and other
//     labels, to CPU and goroutine profiles.
//  5. [Recorder.Stats] reports what was recorded and what it cost.
//  6. [ReadManifest] reads the manifest of a snapshot, from any io/fs.FS.
//
// docs/recorder.md has the formats, the HTTP paths and the cost of recording.
package recorder
