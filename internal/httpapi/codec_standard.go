package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// StandardCodec is encoding/json as most services use it: a Decoder that
// refuses unknown fields, and Marshal of a struct per answer. Reflection finds
// the fields, and each call allocates what it returns.
//
// What encoding/json lets pass (names twice or in another case, null, repaired
// text) is found by a second look at the body, checkFields.
func StandardCodec() Codec { return standardCodec{} }

type standardCodec struct{}

func (standardCodec) decode(body []byte) (drawRequest, error) {
	var d drawRequest
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return drawRequest{}, notOurJSON(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return drawRequest{}, notOurJSON(errors.New("something follows the object"))
	}
	if err := checkFields(body); err != nil {
		return drawRequest{}, err
	}
	return d, nil
}

// answer returns memory of its own: Marshal can write nowhere else.
func (standardCodec) answer(scratch []byte, e lottery.Entry, a lottery.Answer) ([]byte, error) {
	var body any
	if a.Result == lottery.Win {
		body = newWinBody(e, a)
	} else {
		body = newLossBody(e, a)
	}
	b, err := json.Marshal(body)
	return endLine(scratch, b), err
}
