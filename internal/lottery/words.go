package lottery

import (
	"crypto/rand"
	"encoding/binary"
	mathrand "math/rand"
	randv2 "math/rand/v2"
	"sync"
	"time"
)

// Words is a generator of uniform 64-bit words, for activities whose dice are
// "random". Safe for concurrent use. Committed dice never ask one: their words
// follow from the request.
type Words func() uint64

// CryptoWords reads the operating system's generator: unpredictable to
// everyone. It is what a prize draw should use, and the default.
func CryptoWords() Words { return systemWord }

// V2Words uses the top-level generator of math/rand/v2: ChaCha8, seeded by the
// runtime, one state for each processor and no lock.
func V2Words() Words { return randv2.Uint64 }

// LockedWords is one math/rand source behind a mutex, as programs had before Go
// 1.20. The source keeps only 31 bits of its seed, so whoever sees a few words
// can find the seed and with it all others: not fit for prizes of value.
func LockedWords(seed int64) Words {
	var lock sync.Mutex
	source := mathrand.New(mathrand.NewSource(seed))
	return func() uint64 {
		lock.Lock()
		defer lock.Unlock()
		return source.Uint64()
	}
}

// TimeSeededWords makes a math/rand source for each word and seeds it with the
// clock. Do not run a draw on it: whoever knows roughly when a draw was taken
// can work out its word, and two draws in the same nanosecond, or 2^31-1 of
// them apart, get the same word. Each word costs the seeding of 607 numbers and
// 5 KiB. It exists because the article this project measures recommends it.
func TimeSeededWords() Words {
	return func() uint64 {
		return mathrand.New(mathrand.NewSource(time.Now().UnixNano())).Uint64()
	}
}

// systemWord reads one word from the operating system's generator.
func systemWord() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand stops the program instead
	return binary.BigEndian.Uint64(b[:])
}
