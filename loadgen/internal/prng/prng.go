// Package prng draws the random numbers of a load.
package prng

import "math"

// Source is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", 2014). It is written out here because a seed must mean the same
// load in every release of Go and of this package.
type Source struct{ state uint64 }

// Streams keep the draws of different purposes independent under one seed.
const (
	ScheduleStream = 0x5c4ed01e
	RequestStream  = 0x7e9ae575
)

const golden = 0x9e3779b97f4a7c15

// New begins a stream of the seed.
func New(seed, stream uint64) Source {
	p := Source{state: seed}
	p.state = p.Uint64() ^ mix(stream*golden)
	return p
}

// At returns the generator of the n-th request: any request can be rendered
// again on its own, in any order.
func (p Source) At(n int64) Source {
	return Source{state: mix(p.state + uint64(n)*golden)}
}

// Uint64 is the next number, of all.
func (p *Source) Uint64() uint64 {
	p.state += golden
	return mix(p.state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below returns a number in [0, n). The modulo bias is under n/2^64.
func (p *Source) Below(n int) int { return int(p.Uint64() % uint64(n)) }

// Exponential returns a draw from the exponential distribution with mean 1,
// by inversion: -ln(U), U in (0, 1].
func (p *Source) Exponential() float64 {
	u := (float64(p.Uint64()>>11) + 1) / (1 << 53)
	return -math.Log(u)
}
