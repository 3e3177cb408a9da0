package lottery_test

import (
	mathrand "math/rand"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// generators are the ways to make words, by their name in the catalogue of steps.
func generators() map[string]lottery.Words {
	return map[string]lottery.Words{
		"before":  lottery.LockedWords(1),
		"article": lottery.TimeSeededWords(),
		"v2":      lottery.V2Words(),
		"crypto":  lottery.CryptoWords(),
	}
}

// TestOutcomesFollowTheWeightsWithEachGenerator holds for the article's too: its
// fault is that its words can be guessed, and counting does not show that.
func TestOutcomesFollowTheWeightsWithEachGenerator(t *testing.T) {
	for name, words := range generators() {
		t.Run(name, func(t *testing.T) {
			checkFit(t, lottery.Workbench{Words: words}, 30_000)
		})
	}
}

// checkFit draws n times from an activity with random dice, judges the outcomes
// and checks that each word read by the published table gives the prize drawn.
func checkFit(t *testing.T, w lottery.Workbench, n int) {
	t.Helper()
	s := spec()
	s.Dice = lottery.DiceRandom
	s.Prizes[0].Weight, s.Prizes[1].Weight, s.BlankWeight = 50, 150, 800
	record := lottery.Record{Spec: s, Secret: [32]byte{4}}
	a, published := w.Activity(record), lottery.NewActivity(record)
	counts := make([]float64, 3)
	for i := range n {
		tk := a.Ticket(lottery.Entry{User: "u", Request: "r" + strconv.Itoa(i)})
		counts[tk.Prize+1]++
		if prize, ok := published.OutcomeOf(tk.Word); !ok || prize != tk.Prize {
			t.Fatalf("drew prize %d with a word that the published table reads as %d, %v", tk.Prize, prize, ok)
		}
	}
	all := float64(n)
	if p := chiSquareP(counts, []float64{all * .8, all * .05, all * .15}); p < 1e-6 {
		t.Errorf("outcomes %v, chi-square p = %g", counts, p)
	}
}

func TestWordsDoNotRepeat(t *testing.T) {
	for name, words := range generators() {
		if name == "article" {
			continue // it does repeat: see below
		}
		t.Run(name, func(t *testing.T) {
			var lock sync.Mutex
			var work sync.WaitGroup
			seen := make(map[uint64]bool)
			const workers, each = 8, 2_000
			for range workers {
				work.Go(func() {
					mine := make([]uint64, each)
					for i := range mine {
						mine[i] = words()
					}
					lock.Lock()
					defer lock.Unlock()
					for _, w := range mine {
						seen[w] = true
					}
				})
			}
			work.Wait()
			if len(seen) != workers*each {
				t.Errorf("%d words, %d of them different", workers*each, len(seen))
			}
		})
	}
}

// TestTimeSeededWordsCanBeGuessed finds the word of a draw by trying every
// nanosecond in which it may have been drawn.
func TestTimeSeededWordsCanBeGuessed(t *testing.T) {
	words := lottery.TimeSeededWords()
	var word uint64
	var from, to int64
	for i := range 200 { // the shortest of some tries, so that the search is short
		start := time.Now().UnixNano()
		w := words()
		if end := time.Now().UnixNano(); i == 0 || end >= start && end-start < to-from {
			word, from, to = w, start, end
		}
	}
	for seed := from; seed <= to; seed++ {
		if mathrand.New(mathrand.NewSource(seed)).Uint64() == word {
			return
		}
	}
	t.Errorf("none of %d seeds gives the word %016x", to-from+1, word)
}

func TestTimeSeededWordsRepeat(t *testing.T) {
	seed := time.Now().UnixNano()
	const period = 1<<31 - 1
	if a, b := mathrand.New(mathrand.NewSource(seed)).Uint64(), mathrand.New(mathrand.NewSource(seed+period)).Uint64(); a != b {
		t.Errorf("seeds 2^31-1 apart give %016x and %016x; the catalogue says they give the same", a, b)
	}
}

// TestCommittedDiceAskNoGenerator holds the switch to what it may change.
func TestCommittedDiceAskNoGenerator(t *testing.T) {
	record := lottery.Record{Spec: spec(), Secret: [32]byte{7}}
	want := lottery.NewActivity(record)
	for name, sampler := range samplers() {
		a := lottery.Workbench{Sampler: sampler, Words: func() uint64 { panic("a word was asked for") }}.Activity(record)
		for i := range 500 {
			e := lottery.Entry{User: "ann", Request: "r" + strconv.Itoa(i)}
			if got, want := a.Ticket(e), want.Ticket(e); got.Word != want.Word || got.Prize != want.Prize || got.RequestKey != want.RequestKey {
				t.Fatalf("%s: word %016x and prize %d; the default gives %016x and %d", name, got.Word, got.Prize, want.Word, want.Prize)
			}
		}
	}
}

// BenchmarkDice is one word, by as many goroutines as there are processors. hmac
// is a committed activity's word and request fingerprint together.
func BenchmarkDice(b *testing.B) {
	for name, words := range generators() {
		b.Run("dice="+name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_ = words()
				}
			})
		})
	}
}

// BenchmarkTicketDice is the whole ticket: fingerprints, word and prize.
func BenchmarkTicketDice(b *testing.B) {
	bench := func(name string, mode lottery.DiceMode, words lottery.Words) {
		s := spec()
		s.Dice = mode
		a := lottery.Workbench{Words: words}.Activity(lottery.Record{Spec: s, Secret: [32]byte{1}})
		e := lottery.Entry{Activity: "summer", User: "user-123456", Request: "0b9df3a5-5d5a-4c43-8e7e-0b9df3a55d5a"}
		b.Run("dice="+name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_ = a.Ticket(e)
				}
			})
		})
	}
	bench("best", lottery.DiceCommitted, nil)
	for name, words := range generators() {
		bench(name, lottery.DiceRandom, words)
	}
}

// seeded is a generator for tests, the same words each time.
func seeded(a, b uint64) lottery.Words { return rand.New(rand.NewPCG(a, b)).Uint64 }
