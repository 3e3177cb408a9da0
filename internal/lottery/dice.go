package lottery

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"sync"
)

// SecretBytes is the length of an activity's dice secret.
const SecretBytes = 32

// KeyBytes is the length of the fingerprints under which users and requests are
// remembered. They are keyed with the activity's secret, so nobody can choose
// ids that collide.
const KeyBytes = 12

// Key is such a fingerprint.
type Key [KeyBytes]byte

// String gives the key in hex, as logs have it.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// Keys name a user and a draw where neither may be read, as in logs: whoever
// knows both user and request gets the code of a win by looking it up.
type Keys struct{ User, Request Key }

// Commitment is what is published before an activity starts: the SHA-256 of its
// dice secret. Once the secret is published, anyone can check the commitment
// and re-derive the dice of every request.
func Commitment(secret [SecretBytes]byte) [sha256.Size]byte { return sha256.Sum256(secret[:]) }

// dice derives, for one activity, everything that must be the same whenever the
// same request comes: the random words and the fingerprints. Safe for
// concurrent use.
//
// The derivation, so that an auditor can repeat it without this program:
//
//	message = "lotteryd dice 1" 0x00 len16(activity) activity len16(user) user
//	          len16(request) request counter32
//	block   = HMAC-SHA256(secret, message)         lengths and counter big-endian
//	words   = block[0:8], block[8:16] big-endian; then counter+1 and so on
//	key     = block[16:28] of counter 0
//
// A word that [Uniform] refuses is followed by the next one.
type dice struct {
	activity string
	userSeed [sha256.Size]byte
	macs     sync.Pool // of *mac; keyed HMAC states cost two SHA-256 blocks to set up
}

// mac is an HMAC state with its scratch space, which would otherwise escape to
// the heap at every call through the hash.Hash interface.
type mac struct {
	hash    hash.Hash
	message []byte
	block   [sha256.Size]byte
}

func newDice(activity string, secret [SecretBytes]byte) *dice {
	d := &dice{activity: activity}
	d.userSeed = sha256.Sum256(append([]byte("lotteryd user 1\x00"), secret[:]...))
	d.macs.New = func() any { return &mac{hash: hmac.New(sha256.New, secret[:])} }
	return d
}

// roll is what the dice say about one request.
type roll struct {
	key  Key       // the request's fingerprint
	word [2]uint64 // the first two random words
}

// roll computes the counter-th block for a user's request.
func (d *dice) roll(user, request string, counter uint32) roll {
	m := d.macs.Get().(*mac)
	defer d.macs.Put(m)
	b := append(m.message[:0], "lotteryd dice 1\x00"...)
	for _, s := range [...]string{d.activity, user, request} {
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	m.message = binary.BigEndian.AppendUint32(b, counter)
	m.hash.Reset()
	m.hash.Write(m.message)
	m.hash.Sum(m.block[:0])
	var r roll
	r.word[0] = binary.BigEndian.Uint64(m.block[0:])
	r.word[1] = binary.BigEndian.Uint64(m.block[8:])
	copy(r.key[:], m.block[16:])
	return r
}

// choose returns a number uniform in [0, size) and the word it came from, drawn
// from the request's own words.
func (d *dice) choose(first roll, user, request string, size uint64) (x, word uint64) {
	for counter := uint32(0); ; {
		for _, word := range first.word {
			if x, ok := Uniform(word, size); ok {
				return x, word
			}
		}
		counter++
		first = d.roll(user, request, counter)
	}
}

// userKey is the fingerprint of a user in this activity: the first bytes of
// SHA-256(SHA-256("lotteryd user 1" 0x00 secret) user). One hash block for
// short ids, which is why it is not an HMAC.
func (d *dice) userKey(user string) Key {
	var buf [sha256.Size + MaxUserBytes]byte
	n := copy(buf[:], d.userSeed[:])
	n += copy(buf[n:], user)
	sum := sha256.Sum256(buf[:n])
	return Key(sum[:KeyBytes])
}

// proofMark condenses an entry's proof to tell the same content from other
// content: 0 for no proof, never 0 otherwise. A clash (1 in 2^32) only lets a
// user repeat his own request with another proof and get his old answer.
func proofMark(proof string) uint32 {
	if proof == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(proof))
	return max(1, binary.BigEndian.Uint32(sum[:]))
}
