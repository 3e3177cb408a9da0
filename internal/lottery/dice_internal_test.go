package lottery

import (
	"encoding/hex"
	"testing"
)

// counted is the secret 00 01 02 … 1f.
func counted() (secret [SecretBytes]byte) {
	for i := range secret {
		secret[i] = byte(i)
	}
	return secret
}

// TestDiceAreThoseOfPythonsHMAC pins the published derivation. The values come
// from Python 3.11, hmac.new(secret, message, hashlib.sha256), by the
// description in the comment of dice.
func TestDiceAreThoseOfPythonsHMAC(t *testing.T) {
	d := newDice("spring", counted())
	for _, row := range []struct {
		counter uint32
		words   [2]uint64
		key     string
	}{
		{0, [2]uint64{0x7873be6c8da50514, 0x84eb8f4a45fcc9ff}, "73bf6acec96fab94b8161e5c"},
		{1, [2]uint64{0x8913536774c6e248, 0xfaf2a0680853c0fd}, "2be302a863e3f76c8df14413"},
	} {
		r := d.roll("ann", "r-1", row.counter)
		if r.word != row.words || hex.EncodeToString(r.key[:]) != row.key {
			t.Errorf("counter %d: words %016x, key %x; want %016x, %s", row.counter, r.word, r.key, row.words, row.key)
		}
	}
	if k := d.userKey("ann"); hex.EncodeToString(k[:]) != "355f7cf030e1ba547a0cde8f" {
		t.Errorf("the key of a user is %x", k)
	}
	if c := Commitment(counted()); hex.EncodeToString(c[:]) != "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd" {
		t.Errorf("the commitment is %x", c)
	}
}

// TestDiceGoOnToTheNextBlock: with a size of 3·2^61, one word in four is
// refused. These requests have the first accepted word in the second or third
// block; the words are from Python as above.
func TestDiceGoOnToTheNextBlock(t *testing.T) {
	const size = 3 << 61
	d := newDice("spring", counted())
	for _, row := range []struct {
		request string
		x, word uint64
	}{
		{"r-45", 1551689925125931103, 0x396c8f600c7d5655},
		{"r-96", 6597091518476950910, 0xf42434c14ed44ea6},
		{"r-190", 317330457557067081, 0xbbe5ba728450e19},
	} {
		if x, word := d.choose(d.roll("ann", row.request, 0), "ann", row.request, size); x != row.x || word != row.word {
			t.Errorf("%s: %d of word %016x, want %d of %016x", row.request, x, word, row.x, row.word)
		}
	}
}

// TestProofMark: the test vector "abc" of FIPS 180-2 begins with ba7816bf.
func TestProofMarkOfDice(t *testing.T) {
	if m := proofMark("abc"); m != 0xba7816bf {
		t.Errorf("the mark of abc is %08x, want ba7816bf", m)
	}
	if m := proofMark(""); m != 0 {
		t.Errorf("the mark of no proof is %08x, want 0", m)
	}
}

// TestAliasTableRefusesWhatOverflows: the sum of the weights times their number
// must stay below 2^63.
func TestAliasTableRefusesWhatOverflows(t *testing.T) {
	refused := func(weights ...uint64) (refused bool) {
		defer func() { refused = recover() != nil }()
		NewAliasTable(weights)
		return false
	}
	for _, weights := range [][]uint64{nil, {0}, {0, 0}, {1 << 63}, {1 << 61, 1 << 61}, {1 << 62, 1 << 62}, {1 << 63, 1<<63 - 1}} {
		if !refused(weights...) {
			t.Errorf("%v was accepted", weights)
		}
	}
	for _, weights := range [][]uint64{{1}, {1<<63 - 1}, {1<<61 - 1, 1 << 61}} {
		if refused(weights...) {
			t.Errorf("%v was refused", weights)
		}
	}
}

// TestReservoirReplacesWithItsWeight: of two outcomes with two numbers each, the
// second replaces the first for 0 and 1, and not for 2 and 3.
func TestReservoirReplacesWithItsWeight(t *testing.T) {
	for second, want := range []int{1, 1, 0, 0} {
		words := []uint64{1 << 62, uint64(second) << 62, 0, 0, 0}
		_, outcome := ReservoirSampler(NewAliasTable([]uint64{1, 1})).Draw(func() uint64 {
			word := words[0]
			words = words[1:]
			return word
		})
		if outcome != want {
			t.Errorf("number %d of 4 draws outcome %d, want %d", second, outcome, want)
		}
	}
}
