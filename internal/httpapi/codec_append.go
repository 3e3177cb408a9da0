package httpapi

import "github.com/lotteryctl/lotteryctl/internal/lottery"

// AppendCodec is the hand-written one and the default: a decoder for this one
// object (decode.go) and an encoder that appends to a buffer (encode.go,
// answer.go). A draw costs it one allocation, the copy of the body that the
// decoded strings share.
func AppendCodec() Codec { return appendCodec{} }

type appendCodec struct{}

func (appendCodec) decode(body []byte) (drawRequest, error) {
	return decodeDrawRequest(string(body))
}

func (appendCodec) answer(scratch []byte, e lottery.Entry, a lottery.Answer) ([]byte, error) {
	if cap(scratch) == 0 {
		scratch = make([]byte, 0, answerRoom) // one allocation instead of a growing row of them
	}
	return appendAnswer(scratch[:0], e, a), nil
}
