package httpapi

import (
	"github.com/goccy/go-json"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// GoccyCodec is goccy/go-json, a drop-in for encoding/json that compiles each
// type once into a program of its own instead of walking it by reflection. Its
// rules are those of encoding/json, so the same second look follows.
func GoccyCodec() Codec { return goccyCodec{} }

type goccyCodec struct{}

func (goccyCodec) decode(body []byte) (drawRequest, error) {
	var d drawRequest
	if err := json.Unmarshal(body, &d); err != nil {
		return drawRequest{}, notOurJSON(err)
	}
	if err := checkFields(body); err != nil { // unknown fields too
		return drawRequest{}, err
	}
	return d, nil
}

// answer returns memory of its own: Marshal can write nowhere else.
func (goccyCodec) answer(scratch []byte, e lottery.Entry, a lottery.Answer) (b []byte, err error) {
	if a.Result == lottery.Win {
		b, err = json.Marshal(newWinBody(e, a))
	} else {
		b, err = json.Marshal(newLossBody(e, a))
	}
	return endLine(scratch, b), err
}
