package runfolder

import "math/rand/v2"

// RoundOrder says which arm of a round runs when: order[place] is an arm's
// index. It is a pure function of its arguments, so a resumed experiment goes
// on as if it had never stopped, and a repeated round keeps its order.
func RoundOrder(seed uint64, round, arms int) []int {
	return rand.New(rand.NewPCG(seed, uint64(round))).Perm(arms)
}

// Order is RoundOrder of all rounds: order[round-1][place] is an arm's index.
func Order(seed uint64, rounds, arms int) [][]int {
	order := make([][]int, rounds)
	for i := range order {
		order[i] = RoundOrder(seed, i+1, arms)
	}
	return order
}

// RoundSeed is the seed of a round's plans: different for each round, so that
// a service that remembers requests meets new ones, and the same for all arms.
func RoundSeed(seed uint64, round int) uint64 { return seed + uint64(round-1) }
