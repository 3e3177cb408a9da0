// Package profiles takes profiles, traces and runtime metrics from running Go
// services, and writes them into a bundle: a folder that describes itself.
//
// # A tour
//
// A service that registers net/http/pprof is a [Target]. A [Plan] says what to
// take from one or several targets. [Capture] takes it in one window:
//
//  1. At the start of the window it takes a snapshot of each [Kind] of profile
//     that has snapshots.
//  2. In the window it takes a CPU profile over the complete window, an execution
//     trace over a shorter time within it, and the runtime metrics every second.
//  3. At the end of the window it takes the snapshots again. Some kinds (allocs,
//     block, mutex) count since the start of the process: the bundle has the
//     difference of the two snapshots.
//  4. It writes the [Manifest], the file profile.json, last. [ReadManifest] reads
//     it, from any io/fs.FS.
//
// The format of a bundle is described in docs/profile-bundle.md.
//
// # What can go wrong
//
// If one kind fails, the others are kept. The manifest reports what is missing or
// doubtful as typed codes with figures, without sentences:
//
//   - A [Failure] says why a part is missing.
//   - A [Note] says how a profile differs from a normal one.
//   - A [Warning] is a doubt about the complete bundle.
//   - A [Reason] says why a bundle is partial.
//
// If nothing could be captured, Capture returns a [*NothingError].
//
// The headers and TLS settings of a target are used only for that target. A
// redirect to another host is refused.
//
// # For services
//
// Package recorder, in the folder recorder, runs inside a service. It keeps the
// profiles of the last minutes for the moment at which something goes wrong.
package profiles
