package loadgen

import "math"

// prng is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", 2014). It is written out here because a seed must mean the same
// load in every release of Go and of this package.
type prng struct{ state uint64 }

// Streams keep the draws of different purposes independent under one seed.
const (
	scheduleStream = 0x5c4ed01e
	requestStream  = 0x7e9ae575
)

const golden = 0x9e3779b97f4a7c15

func newPRNG(seed, stream uint64) prng {
	p := prng{state: seed}
	p.state = p.uint64() ^ mix(stream*golden)
	return p
}

// at returns the generator of the n-th request: any request can be rendered
// again on its own, in any order.
func (p prng) at(n int64) prng {
	return prng{state: mix(p.state + uint64(n)*golden)}
}

func (p *prng) uint64() uint64 {
	p.state += golden
	return mix(p.state)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number in [0, n). The modulo bias is under n/2^64.
func (p *prng) below(n int) int { return int(p.uint64() % uint64(n)) }

// exponential returns a draw from the exponential distribution with mean 1,
// by inversion: -ln(U), U in (0, 1].
func (p *prng) exponential() float64 {
	u := (float64(p.uint64()>>11) + 1) / (1 << 53)
	return -math.Log(u)
}
