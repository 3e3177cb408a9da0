package loadgen

import (
	"github.com/lotteryctl/lotteryctl/loadgen/internal/http1"
)

// answerError gives an error of an answer its kind.
func answerError(err error) *Error {
	if err == http1.ErrCut || err == http1.ErrNothing {
		return &Error{KindClosed, err}
	}
	return &Error{KindMalformed, err}
}

// lost reports that err ended the connection before anything of an answer came: no
// byte, or bytes that begin no answer. On a connection that carried an answer
// before, such bytes belong to that one (RFC 9112 section 9.2): the server sent
// more than it announced.
func lost(answer *http1.Answer, err *Error) bool {
	return answer.Foreign || !answer.Started && err.Kind == KindClosed
}

// complete writes what the answer is into x.
func complete(answer *http1.Answer, x *Exchange) {
	x.Status, x.ResponseBody, x.detail = answer.Status, answer.Body(), answer.Location
	if answer.Status == 400 {
		x.detail = answer.Refusal()
	}
}
