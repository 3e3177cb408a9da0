// Package httpapi is HTTP in, domain calls out. It owns the one map from the
// domain's refusals to HTTP status codes and nothing else of the draw.
//
// A tour, in the order a request meets the files:
//
//  1. server.go: [NewPublicServer] and [NewAdminServer], net/http servers with
//     timeouts that a slow or silent client cannot outlast.
//  2. public.go: [NewPublic] routes draws and lookups; guard.go around it turns
//     a panic into a 500 and tells connections to close while draining.
//  3. contexts.go and drawcontext.go: the memory of one request, allocated,
//     pooled or on the stack, in one of two layouts.
//  4. body.go, codec.go and entry.go: the body, bounded and decoded strictly,
//     into a [lottery.Entry]; the codecs are in the files named codec_*.go, and
//     decode.go is the hand-written decoder.
//  5. deadlines.go: how long a draw may take.
//  6. draw.go: the call and its answer; encode.go and answer.go write it,
//     problem.go writes refusals as RFC 9457 problem details.
//  7. labels.go: pprof labels, by which profiles of the service can be sliced.
//  8. admin.go and the files named admin_*.go: the second, private port, for
//     operators and probes.
//
// public_port.go and admin_port.go have what the handlers of a port share, below
// them.
//
// Three tuning switches are chosen by constructor in [PublicOptions]: json is
// the [Codec], object-pool the [Contexts], and layout the [Layout] they are
// given. Variants differ in cost only: tests hold all of them to the same
// answers.
//
// The public path is the hot one: by default it allocates one string per draw
// of its own. The admin path is written for the reader and uses encoding/json.
//
// docs/http-api.md is the contract as clients see it.
package httpapi
