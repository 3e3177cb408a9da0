package httpapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// MaxDrawBody is the most bytes a draw's body may have: three ids at their
// limits, every byte of them escaped, and some room for white space.
const MaxDrawBody = 4 << 10

// firstRead is how much of a body fresh buffers have room for; a usual one
// fits. It is what io.ReadAll begins with.
const firstRead = 512

// buffers is the memory one request is read into and answered from. The zero
// value is ready and allocates as it needs.
type buffers struct {
	in  []byte
	out []byte
}

// newRoomyBuffers gives buffers for many requests in turn: no body that is
// taken outgrows them.
func newRoomyBuffers() *buffers {
	return &buffers{in: make([]byte, 0, MaxDrawBody+1)} // one more than allowed shows that it was too much
}

// reset forgets what was in the buffers.
func (b *buffers) reset() { b.in, b.out = b.in[:0], b.out[:0] }

// readBody reads the body into b.in. Its result is valid until b is reused.
func (b *buffers) readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxDrawBody {
		return nil, bodyTooLarge(MaxDrawBody)
	}
	// Not io.ReadFull: it gives a body that ended and one that broke off the
	// same error.
	for len(b.in) <= MaxDrawBody {
		if len(b.in) == cap(b.in) {
			b.in = slices.Grow(b.in, firstRead)
		}
		k, err := r.Body.Read(b.in[len(b.in):min(cap(b.in), MaxDrawBody+1)])
		b.in = b.in[:len(b.in)+k]
		if err == io.EOF && len(b.in) <= MaxDrawBody {
			return b.in, nil
		}
		if err != nil && err != io.EOF {
			return nil, brokenBody(err)
		}
	}
	return nil, bodyTooLarge(MaxDrawBody)
}

func bodyTooLarge(most int64) error {
	return lottery.Refuse(lottery.KindTooLarge, "the body has more than the %d bytes allowed", most)
}

func brokenBody(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return lottery.Refuse(KindRequestTimeout, "the body did not arrive in time; send the request again")
	}
	return lottery.Refuse(lottery.KindMalformed, "the body broke off; send the request again")
}

// checkContentType refuses a body that is not declared to be JSON in UTF-8. A
// page of another site can post a form, plain text, or bytes without a type, but
// not JSON, unless the port has allowed it to. JSON has no charset
// parameter (RFC 8259 section 11), but clients send one; another one than UTF-8
// says that the bytes mean something else than they would be read as.
func checkContentType(r *http.Request) error {
	declared := r.Header.Get("Content-Type")
	if declared == "application/json" {
		return nil
	}
	if declared == "" {
		return lottery.Refuse(KindUnsupportedMediaType, "Content-Type is missing; send application/json")
	}
	media, parameters, err := mime.ParseMediaType(declared)
	charset, named := parameters["charset"]
	if err == nil && media == "application/json" && (!named || strings.EqualFold(charset, "utf-8")) {
		return nil
	}
	return lottery.Refuse(KindUnsupportedMediaType, "Content-Type is %q; send application/json, which is UTF-8", clip(declared))
}
