package lottery_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// prizeByHand follows "Checking a draw by hand" in docs/draw-protocol.md with
// lists and big integers: nothing of ours is called. -1 is the blank.
func prizeByHand(secret []byte, activity, user, request string, prizes []int64, blank int64) int {
	weights := prizes
	if blank > 0 {
		weights = append(append([]int64{}, prizes...), blank)
	}
	sum := int64(0)
	for _, w := range weights {
		sum += w
	}
	n := int64(len(weights))
	cut, alias := make([]int64, n), make([]int, n)
	var poor, rich []int
	for i, w := range weights {
		cut[i], alias[i] = w*n, i
		if cut[i] < sum {
			poor = append(poor, i)
		} else {
			rich = append(rich, i)
		}
	}
	for len(poor) > 0 && len(rich) > 0 {
		p, r := poor[len(poor)-1], rich[len(rich)-1]
		poor = poor[:len(poor)-1]
		alias[p] = r
		cut[r] -= sum - cut[p]
		if cut[r] < sum {
			rich = rich[:len(rich)-1]
			poor = append(poor, r)
		}
	}
	size := big.NewInt(n * sum)
	two64 := new(big.Int).Lsh(big.NewInt(1), 64)
	least := new(big.Int).Mod(two64, size)
	for counter := uint32(0); ; counter++ {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte("lotteryd dice 1\x00"))
		for _, s := range []string{activity, user, request} {
			h.Write([]byte{byte(len(s) >> 8), byte(len(s))})
			h.Write([]byte(s))
		}
		_ = binary.Write(h, binary.BigEndian, counter)
		block := h.Sum(nil)
		for _, word := range [][]byte{block[:8], block[8:16]} {
			x, low := new(big.Int).DivMod(new(big.Int).Mul(new(big.Int).SetBytes(word), size), two64, new(big.Int))
			if low.Cmp(least) < 0 {
				continue
			}
			column, height := x.Int64()/sum, x.Int64()%sum
			if height >= cut[column] {
				column = int64(alias[column])
			}
			if int(column) == len(prizes) {
				return -1
			}
			return int(column)
		}
	}
}

// TestDrawsCanBeCheckedByHand derives draws of many activities by the text alone.
func TestDrawsCanBeCheckedByHand(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 5))
	for n := range 200 {
		s := lottery.Spec{ID: fmt.Sprint("activity-", n)}
		if n%3 > 0 {
			s.BlankWeight = rng.Uint64N(1 << (n % 40))
		}
		var weights []int64
		for i := range 1 + rng.IntN(9) {
			w := rng.Uint64N(1<<(rng.IntN(40))) + 1
			weights = append(weights, int64(w))
			s.Prizes = append(s.Prizes, lottery.Prize{ID: fmt.Sprint(i), Weight: w, Stock: 1})
		}
		r := lottery.Record{Spec: s}
		for i := range r.Secret {
			r.Secret[i] = byte(rng.Uint32())
		}
		a := lottery.NewActivity(r)
		for i := range 100 {
			e := lottery.Entry{Activity: s.ID, User: fmt.Sprint("user-", i), Request: fmt.Sprint("中-", rng.Uint64())}
			want := prizeByHand(r.Secret[:], s.ID, e.User, e.Request, weights, int64(s.BlankWeight))
			if got := a.Ticket(e).Prize; got != want {
				t.Fatalf("activity %d, %v: the service draws %d; by hand %d", n, e, got, want)
			}
		}
	}
}
