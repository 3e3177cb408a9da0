// Package profiles takes profiles, traces and runtime metrics from running Go
// services into a bundle that describes itself.
//
// # Capture
//
// A service that registers net/http/pprof is a [Target]. [Capture] takes all
// kinds of profile from one or several targets in one window and writes them
// into a folder:
//
//  1. A snapshot of every kind that has one, at the start of the window.
//  2. The window: a CPU profile over all of it, an execution trace over a
//     shorter time inside, and the runtime metrics every second.
//  3. A snapshot of every kind at its end. Of the kinds that count since the
//     process began (allocs, block, mutex) the bundle has the difference.
//
// One kind that fails never loses the others: why is in the [Manifest], the
// file profile.json, which is written last. [ReadManifest] reads it again, from
// any [io/fs.FS]. The format of the bundle is a contract; see
// docs/profile-bundle.md.
//
// A target is asked with its headers and TLS settings, and nobody else is: a
// redirect to another host is refused.
//
// What a service embeds to have the minutes before something went wrong is in
// package recorder, below this one.
package profiles
