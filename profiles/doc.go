// Package profiles takes profiles, traces and runtime metrics from running Go
// services into a bundle that describes itself.
//
// # A tour
//
// A service that registers net/http/pprof is a [Target]. A [Plan] says what to
// take from one or several of them, and [Capture] takes it, in one window, into a
// folder:
//
//  1. A snapshot of every [Kind] of profile that has one, at the start of the
//     window.
//  2. The window: a CPU profile over all of it, an execution trace over a
//     shorter time inside, and the runtime metrics every second.
//  3. A snapshot of every kind at its end. Of the kinds that count since the
//     process began (allocs, block, mutex) the bundle has the difference.
//  4. The [Manifest], the file profile.json, is written last. [ReadManifest]
//     reads it again, from any [io/fs.FS].
//
// The format of the bundle is a contract; see docs/profile-bundle.md.
//
// # What can go wrong
//
// One kind that fails never loses the others. The manifest says what is missing
// and what is doubtful in typed codes, each with its figures and without a
// sentence: a [Failure] is why a part is not there, a [Note] how a profile
// differs from a plain one, a [Warning] a doubt about the whole, and a [Reason]
// why a bundle is partial. When nothing at all came, Capture returns a
// [*NothingError].
//
// A target is asked with its headers and TLS settings, and nobody else is: a
// redirect to another host is refused.
//
// # Beside this package
//
// Package recorder, below this one, is for a service to embed: it keeps the
// minutes before something goes wrong.
package profiles
