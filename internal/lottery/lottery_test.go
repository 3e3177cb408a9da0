package lottery_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// spec is a valid activity that rows of tests break in one place.
func spec() lottery.Spec {
	return lottery.Spec{
		ID: "summer", Name: "Summer draw",
		Starts: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Ends: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		BlankWeight: 900,
		Prizes: []lottery.Prize{
			{ID: "car", Tier: "first", Name: "Car", Weight: 1, Stock: 1, Fallback: "mug"},
			{ID: "mug", Tier: "third", Name: "Mug", Weight: 99, Stock: 100},
		},
	}
}

func TestSpecValidateNamesTheFault(t *testing.T) {
	for _, tc := range []struct {
		fault string
		spoil func(*lottery.Spec)
		want  string
	}{
		{"nothing", func(*lottery.Spec) {}, ""},
		{"id with a space", func(s *lottery.Spec) { s.ID = "my draw" }, `id is "my draw"`},
		{"window reversed", func(s *lottery.Spec) { s.Starts, s.Ends = s.Ends, s.Starts }, "must be before"},
		{"no end", func(s *lottery.Spec) { s.Ends = time.Time{} }, "(missing)"},
		{"unknown dice", func(s *lottery.Spec) { s.Dice = "loaded" }, `dice is "loaded"`},
		{"negative limit", func(s *lottery.Spec) { s.DrawsPerUser = -1 }, "draws_per_user"},
		{"no prizes", func(s *lottery.Spec) { s.Prizes = nil }, "prizes has 0 entries"},
		{"twin prizes", func(s *lottery.Spec) { s.Prizes[1].ID = "car" }, `prizes[1].id "car" is already`},
		{"negative stock", func(s *lottery.Spec) { s.Prizes[0].Stock = -1 }, "stock is -1"},
		{"stock that overflows a sum", func(s *lottery.Spec) { s.Prizes[0].Stock, s.Prizes[1].Stock = math.MaxInt64, math.MaxInt64 }, "stock is 9223372036854775807"},
		{"name with a bell", func(s *lottery.Spec) { s.Name = "ding\a" }, "control character"},
		{"too much stock in all", func(s *lottery.Spec) { s.Prizes[0].Stock, s.Prizes[1].Stock = lottery.MaxStock, 1 }, "the prizes have"},
		{"too much stock", func(s *lottery.Spec) { s.Prizes[0].Stock = lottery.MaxStock + 1 }, "stock is 100000001"},
		{"heavy prize", func(s *lottery.Spec) { s.Prizes[0].Weight = math.MaxUint32 + 1 }, "weight is 4294967296"},
		{"no weight at all", func(s *lottery.Spec) { s.BlankWeight, s.Prizes[0].Weight, s.Prizes[1].Weight = 0, 0, 0 }, "all weights are 0"},
		{"fallback to nowhere", func(s *lottery.Spec) { s.Prizes[0].Fallback = "boat" }, `"boat", which is not the id of a prize`},
		{"fallback ring", func(s *lottery.Spec) { s.Prizes[1].Fallback = "car" }, "back to itself"},
		{"blocked control character", func(s *lottery.Spec) { s.Blocked = []string{"a\nb"} }, "blocked[0]"},
		{"no tier", func(s *lottery.Spec) { s.Prizes[0].Tier = "" }, `"tier" is empty`},
	} {
		s := spec()
		tc.spoil(&s)
		err := s.Validate()
		if got := fmt.Sprint(err); (err == nil) != (tc.want == "") || !strings.Contains(got, tc.want) && tc.want != "" {
			t.Errorf("%s: got %v; want %q", tc.fault, err, tc.want)
		}
		if strings.Count(fmt.Sprint(err), "malformed-request") > 1 {
			t.Errorf("%s: the sentence repeats its kind: %v", tc.fault, err)
		}
		if err != nil && lottery.KindOf(err) != lottery.KindMalformed {
			t.Errorf("%s: kind %s; want %s", tc.fault, lottery.KindOf(err), lottery.KindMalformed)
		}
	}
}

// TestAliasTableIsExact counts, for every outcome, how many values of x give it
// and compares with the weights: equality, not closeness.
func TestAliasTableIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	tables := [][]uint64{{1}, {0, 5}, {1, 1, 1}, {7, 0, 3, 90}, {1, 2, 3, 4, 5, 6, 7, 8}}
	for range 50 {
		w := make([]uint64, 1+rng.IntN(12))
		for i := range w {
			w[i] = rng.Uint64N(20)
		}
		w[0]++
		tables = append(tables, w)
	}
	for _, weights := range tables {
		table := lottery.NewAliasTable(weights)
		counts := make([]uint64, len(weights))
		for x := range table.Size() {
			counts[table.Outcome(x)]++
		}
		for i, w := range weights {
			if want := w * uint64(len(weights)); counts[i] != want {
				t.Fatalf("weights %v: outcome %d has %d of %d values; want %d", weights, i, counts[i], table.Size(), want)
			}
		}
	}
}

// TestAliasTableIsExactWhenTooLargeToCount sums column by column with big
// integers: 1,024 weights near the bound.
func TestAliasTableIsExactWhenTooLargeToCount(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	weights := make([]uint64, 1024)
	var sum uint64
	for i := range weights {
		weights[i] = rng.Uint64N(math.MaxUint32)
		sum += weights[i]
	}
	table := lottery.NewAliasTable(weights)
	if new(big.Int).Mul(new(big.Int).SetUint64(sum), big.NewInt(1024)).Cmp(new(big.Int).SetUint64(table.Size())) != 0 {
		t.Fatalf("size %d; want 1024 × %d", table.Size(), sum)
	}
	got := make([]uint64, len(weights))
	for column := range uint64(1024) {
		base := column * sum
		// Each column is one run of its own outcome, then one run of its alias.
		own, alias := int(column), table.Outcome(base+sum-1)
		cut := uint64(0)
		if table.Outcome(base) == own {
			lo, hi := uint64(0), sum // table.Outcome(base+lo) == own
			for hi-lo > 1 {
				if mid := lo + (hi-lo)/2; table.Outcome(base+mid) == own {
					lo = mid
				} else {
					hi = mid
				}
			}
			cut = hi
		}
		got[own] += cut
		got[alias] += sum - cut
	}
	for i := range weights {
		if got[i] != weights[i]*1024 {
			t.Fatalf("outcome %d owns %d values; want %d", i, got[i], weights[i]*1024)
		}
	}
}

func TestUniformIsUnbiased(t *testing.T) {
	// With a word space of 2^64 and size 3·2^62 a plain multiplication would give
	// every third number twice; the refused words are what makes it even.
	const size = 3 << 62
	if _, ok := lottery.Uniform(0, size); ok {
		t.Error("word 0 was accepted; it is one of the 2^62 surplus words for size 3·2^62")
	}
	if x, ok := lottery.Uniform(math.MaxUint64, size); !ok || x != size-1 {
		t.Errorf("largest word gives %d, %v; want %d", x, ok, uint64(size-1))
	}
	rng := rand.New(rand.NewPCG(5, 6))
	counts := make([]float64, 7)
	const n = 700_000
	for range n {
		if x, ok := lottery.Uniform(rng.Uint64(), 7); ok {
			counts[x]++
		}
	}
	expected := make([]float64, 7)
	for i := range expected {
		expected[i] = n / 7.0
	}
	if p := chiSquareP(counts, expected); p < 1e-6 {
		t.Errorf("seven outcomes: chi-square p = %g", p)
	}
}

// TestOutcomesFollowTheWeights is the goodness-of-fit test of the sampler:
// dice, uniform mapping and alias table together, without any network.
func TestOutcomesFollowTheWeights(t *testing.T) {
	for _, mode := range []lottery.DiceMode{lottery.DiceCommitted, lottery.DiceRandom} {
		s := spec()
		s.Dice = mode
		s.Prizes[0].Weight, s.Prizes[1].Weight, s.BlankWeight = 5, 95, 900
		a := lottery.NewActivity(lottery.Record{Spec: s, Secret: [32]byte{1, 2, 3}})
		counts := make([]float64, 3)
		const n = 400_000
		for i := range n {
			tk := a.Ticket(lottery.Entry{User: "u" + strconv.Itoa(i%1000), Request: "r" + strconv.Itoa(i)})
			counts[tk.Prize+1]++
		}
		if p := chiSquareP(counts, []float64{n * .9, n * .005, n * .095}); p < 1e-6 {
			t.Errorf("%s dice: outcomes %v, chi-square p = %g", mode, counts, p)
		}
	}
}

// TestChiSquareSeesABiasedSampler plants a bias of 5 % on the rare prize.
func TestChiSquareSeesABiasedSampler(t *testing.T) {
	const n = 400_000
	biased := []float64{n * .895, n * .010, n * .095}
	if p := chiSquareP(biased, []float64{n * .9, n * .005, n * .095}); p > 1e-6 {
		t.Errorf("a sampler that doubles the rare prize passes with p = %g", p)
	}
}

func TestSameRequestSameDice(t *testing.T) {
	s := spec()
	rec := lottery.Record{Spec: s, Secret: [32]byte{9}}
	a, b := lottery.NewActivity(rec), lottery.NewActivity(rec)
	e := lottery.Entry{Activity: "summer", User: "ann", Request: "r1"}
	x, y := a.Ticket(e), b.Ticket(e)
	if x.Word != y.Word || x.Prize != y.Prize || x.UserKey != y.UserKey || x.RequestKey != y.RequestKey {
		t.Errorf("two instances disagree: %+v and %+v", x, y)
	}
	other := lottery.NewActivity(lottery.Record{Spec: s, Secret: [32]byte{10}}).Ticket(e)
	if other.Word == x.Word || other.RequestKey == x.RequestKey || other.UserKey == x.UserKey {
		t.Error("another secret gives the same dice or keys")
	}
	// Lengths are part of the message: moving a byte between ids changes all.
	moved := a.Ticket(lottery.Entry{Activity: "summer", User: "annr", Request: "1"})
	if moved.Word == x.Word {
		t.Error("user \"annr\" request \"1\" has the dice of user \"ann\" request \"r1\"")
	}
}

// TestDiceCanBeCheckedFromTheirDescription repeats the documented derivation
// with nothing but the standard library.
func TestDiceCanBeCheckedFromTheirDescription(t *testing.T) {
	secret := [32]byte{0xaa, 0xbb}
	a := lottery.NewActivity(lottery.Record{Spec: spec(), Secret: secret})
	tk := a.Ticket(lottery.Entry{Activity: "summer", User: "ann", Request: "r1"})
	mac := hmac.New(sha256.New, secret[:])
	mac.Write([]byte("lotteryd dice 1\x00\x00\x06summer\x00\x03ann\x00\x02r1\x00\x00\x00\x00"))
	block := mac.Sum(nil)
	if w := binary.BigEndian.Uint64(block); w != tk.Word {
		t.Errorf("word %x; the description gives %x", tk.Word, w)
	}
	if !slices.Equal(block[16:28], tk.RequestKey[:]) {
		t.Errorf("request key %x; the description gives %x", tk.RequestKey, block[16:28])
	}
}

func TestRandomDiceDiffer(t *testing.T) {
	s := spec()
	s.Dice = lottery.DiceRandom
	a := lottery.NewActivity(lottery.Record{Spec: s})
	e := lottery.Entry{Activity: "summer", User: "ann", Request: "r1"}
	if first, second := a.Ticket(e), a.Ticket(e); first.Word == second.Word {
		t.Error("random dice gave the same word twice")
	}
}

func TestChainsAndBlocks(t *testing.T) {
	s := spec()
	s.Blocked = []string{"eve"}
	a := lottery.NewActivity(lottery.Record{Spec: s})
	if got := a.Chain(0); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("chain of the car: %v; want [0 1]", got)
	}
	if !a.Ticket(lottery.Entry{User: "eve", Request: "1"}).Blocked || a.Ticket(lottery.Entry{User: "ann", Request: "1"}).Blocked {
		t.Error("the block list does not hold for eve alone")
	}
}

func TestEntryCheck(t *testing.T) {
	long := strings.Repeat("x", 129)
	for _, tc := range []struct {
		e    lottery.Entry
		want lottery.ErrorKind
	}{
		{lottery.Entry{User: "a", Request: "b"}, ""},
		{lottery.Entry{User: "张伟", Request: "b", Proof: "order 1"}, ""},
		{lottery.Entry{Request: "b"}, lottery.KindMalformed},
		{lottery.Entry{User: "a"}, lottery.KindMalformed},
		{lottery.Entry{User: "a\x00", Request: "b"}, lottery.KindMalformed},
		{lottery.Entry{User: "\xff", Request: "b"}, lottery.KindMalformed},
		{lottery.Entry{User: long, Request: "b"}, lottery.KindTooLarge},
		{lottery.Entry{User: "a", Request: long}, lottery.KindTooLarge},
	} {
		if got := lottery.KindOf(tc.e.Check()); got != tc.want {
			t.Errorf("%q: kind %q; want %q", tc.e, got, tc.want)
		}
	}
}

// chiSquareP is the probability of a statistic at least this large if the
// counts follow expected: the regularised upper incomplete gamma function by
// its continued fraction (large statistics) or series (small ones).
func chiSquareP(counts, expected []float64) float64 {
	var x float64
	for i := range counts {
		d := counts[i] - expected[i]
		x += d * d / expected[i]
	}
	a := float64(len(counts)-1) / 2
	x /= 2
	lg, _ := math.Lgamma(a)
	if x < a+1 {
		sum, term := 1/a, 1/a
		for n := a + 1; term > sum*1e-15; n++ {
			term *= x / n
			sum += term
		}
		return 1 - sum*math.Exp(-x+a*math.Log(x)-lg)
	}
	b, c, d := x+1-a, math.MaxFloat64, 1/(x+1-a)
	h := d
	for i := 1.0; i < 1000; i++ {
		an := -i * (i - a)
		b += 2
		d = 1 / (an*d + b)
		c = b + an/c
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return math.Exp(-x+a*math.Log(x)-lg) * h
}

func BenchmarkAliasOutcome(b *testing.B) {
	for _, n := range []int{8, 64, 1024} {
		b.Run(fmt.Sprintf("prizes=%d", n), func(b *testing.B) {
			table := lottery.NewAliasTable(weights(n))
			words := rand.New(rand.NewPCG(1, 1))
			sink := 0
			for b.Loop() {
				x, _ := lottery.Uniform(words.Uint64(), table.Size())
				sink += table.Outcome(x)
			}
			b.ReportMetric(float64(sink&1), "parity") // keeps the result alive
		})
	}
}

func BenchmarkAliasBuild1024(b *testing.B) {
	w := weights(1024)
	for b.Loop() {
		_ = lottery.NewAliasTable(w)
	}
}

func BenchmarkTicket(b *testing.B) {
	a := lottery.NewActivity(lottery.Record{Spec: spec(), Secret: [32]byte{1}})
	e := lottery.Entry{Activity: "summer", User: "user-123456", Request: "0b9df3a5-5d5a-4c43-8e7e-0b9df3a55d5a"}
	b.ReportAllocs()
	for b.Loop() {
		_ = a.Ticket(e)
	}
}

func weights(n int) []uint64 {
	rng := rand.New(rand.NewPCG(7, 8))
	w := make([]uint64, n)
	for i := range w {
		w[i] = 1 + rng.Uint64N(1_000_000)
	}
	return w
}
