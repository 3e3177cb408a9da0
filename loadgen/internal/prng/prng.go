// Package prng is the random generator behind arrivals and placeholders: a seed
// means the same load in every release.
package prng

import "math"

// Generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", 2014). It is written out here because a seed must mean the same
// load in every release of Go and of this package. Not safe for concurrent use.
type Generator struct{ state uint64 }

// Streams keep the draws of different purposes independent under one seed.
const (
	ScheduleStream = 0x5c4ed01e
	RequestStream  = 0x7e9ae575
)

const golden = 0x9e3779b97f4a7c15

// New returns the generator of a stream under a seed.
func New(seed, stream uint64) Generator {
	p := Generator{state: seed}
	p.state = p.Uint64() ^ mix(stream*golden)
	return p
}

// At returns the generator of the n-th request: any request can be rendered
// again on its own, in any order.
func (p Generator) At(n int64) Generator {
	return Generator{state: mix(p.state + uint64(n)*golden)}
}

// Uint64 returns the next number.
func (p *Generator) Uint64() uint64 {
	p.state += golden
	return mix(p.state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below returns a number in [0, n). The modulo bias is under n/2^64.
func (p *Generator) Below(n int) int { return int(p.Uint64() % uint64(n)) }

// Exponential returns a draw from the exponential distribution with mean 1,
// by inversion: -ln(U), U in (0, 1].
func (p *Generator) Exponential() float64 {
	u := (float64(p.Uint64()>>11) + 1) / (1 << 53)
	return -math.Log(u)
}
