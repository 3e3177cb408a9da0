package httpapi

import (
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Codec reads the body of a draw and writes that of its answer: the tuning
// switch "json". All codecs take the same bodies for the same draws and answer
// with the same bytes; they differ in what that costs. Fuzz targets hold them
// to the hand-written one, [AppendCodec].
//
// Safe for concurrent use. The interface is closed: the rules that a codec has
// to keep are this room's own.
type Codec interface {
	// decode reads exactly one JSON object with the fields "user", "request" and
	// "proof", each a string and at most once, and nothing after it. Whatever
	// else it is given is a [lottery.KindMalformed] error. The strings it returns
	// do not share body's memory, which the next request overwrites.
	decode(body []byte) (drawRequest, error)
	// answer gives the body of answer a to entry e, written into scratch[:0] if
	// the codec can use foreign memory; scratch may be nil. The result is a
	// function of e and a alone: a retry gets the same bytes.
	answer(scratch []byte, e lottery.Entry, a lottery.Answer) ([]byte, error)
}

// answerRoom is what an answer is given to begin with: a win with ids of usual
// length fits.
const answerRoom = 256

// lossBody is the answer of a loss and of a pending draw, for codecs that write
// structs. The order of the fields is part of the contract.
type lossBody struct {
	Result   string `json:"result"`
	Activity string `json:"activity"`
	User     string `json:"user"`
	Request  string `json:"request"`
}

// winBody is the answer of a win.
type winBody struct {
	lossBody
	Prize prizeBody `json:"prize"`
	Unit  int64     `json:"unit"`
	Code  string    `json:"code"`
}

type prizeBody struct {
	ID   string `json:"id"`
	Tier string `json:"tier"`
	Name string `json:"name"`
}

func newLossBody(e lottery.Entry, a lottery.Answer) lossBody {
	return lossBody{a.Result.String(), e.Activity, e.User, e.Request}
}

func newWinBody(e lottery.Entry, a lottery.Answer) winBody {
	prize := prizeBody{a.Prize.ID, a.Prize.Tier, a.Prize.Name}
	return winBody{newLossBody(e, a), prize, a.Unit, a.Code}
}

// notOurJSON is the refusal of a body that a library could not read, in the
// library's words.
func notOurJSON(err error) error {
	return lottery.Refuse(lottery.KindMalformed, "the body is not valid JSON for a draw: %s", clip(err.Error()))
}

// endLine ends an answer that a library wrote into memory of its own. Where that
// has no room for one byte more, scratch has, and no third piece is allocated.
func endLine(scratch, text []byte) []byte {
	if len(text) == cap(text) {
		text = append(scratch[:0], text...)
	}
	return append(text, '\n')
}
