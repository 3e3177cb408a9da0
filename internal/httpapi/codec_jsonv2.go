//go:build goexperiment.jsonv2

package httpapi

import (
	"bytes"
	"encoding/json/jsontext"
	"encoding/json/v2"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// JSONv2Codec is encoding/json/v2, an experiment of the Go toolchain: this
// program was built with GOEXPERIMENT=jsonv2, so the error is nil. It refuses
// by itself what the others have to look for, but for null.
func JSONv2Codec() (Codec, error) {
	return jsonv2Codec{
		reading: json.RejectUnknownMembers(true),
		writing: json.JoinOptions(jsontext.EscapeForHTML(true), jsontext.EscapeForJS(true)),
	}, nil
}

type jsonv2Codec struct{ reading, writing json.Options }

func (c jsonv2Codec) decode(body []byte) (drawRequest, error) {
	var d drawRequest
	if err := json.Unmarshal(body, &d, c.reading); err != nil {
		return drawRequest{}, notOurJSON(err)
	}
	if bytes.Contains(body, []byte("null")) { // a text may hold the word too
		if err := checkFields(body); err != nil {
			return drawRequest{}, err
		}
	}
	return d, nil
}

// answer returns memory of its own: Marshal can write nowhere else. Broken
// UTF-8, which no checked id or name holds, version 2 refuses; our encoder
// writes what the contract says.
func (c jsonv2Codec) answer(scratch []byte, e lottery.Entry, a lottery.Answer) (b []byte, err error) {
	if a.Result == lottery.Win {
		b, err = json.Marshal(newWinBody(e, a), c.writing)
	} else {
		b, err = json.Marshal(newLossBody(e, a), c.writing)
	}
	if err != nil {
		return appendCodec{}.answer(scratch, e, a)
	}
	return endLine(scratch, b), nil
}
