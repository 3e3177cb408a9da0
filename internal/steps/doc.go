// Package steps is the catalogue of the tuning switches of lotteryd: the eight
// steps of an article about a prize-draw service, and six more of its
// techniques. For each it holds what the article claimed, what this project
// found when it checked the claim, the variants that lotteryd can run, and the
// metric that should change.
//
// It is data, and a parser for choices among that data. Commands print it,
// documentation quotes it, and the two programs agree on names through it:
//
//  1. switch.go: [Switch] and [Variant]; [All] and [Extras] list them.
//  2. eight.go and extras.go: the data.
//  3. choice.go: [Choice], one variant for every switch, as lotteryd's flags
//     --steps and --step say it.
//
// The article claims a 95th percentile of 12.3 ms before and 0.8 ms after all
// eight steps together, at 1,200 requests per second; it measured no step alone.
//
// The findings were measured once, on 2 virtual cores (Go 1.26.8, Redis 7.0,
// PostgreSQL 15, everything on one machine): use them as orders of magnitude.
package steps
