package httpapi

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// MaxDrawBody is the most bytes a draw's body may have: three ids at their
// limits, every byte of them escaped, and some room for white space.
const MaxDrawBody = 4 << 10

// buffers is the memory of one draw, reused by later ones.
type buffers struct {
	in  [MaxDrawBody + 1]byte // one more than allowed shows that it was too much
	out []byte
}

// readBody reads the body into b.in. Its result is valid until b is reused.
func (b *buffers) readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxDrawBody {
		return nil, bodyTooLarge(MaxDrawBody)
	}
	// Not io.ReadFull: it gives a body that ended and one that broke off the
	// same error.
	for n := 0; n < len(b.in); {
		k, err := r.Body.Read(b.in[n:])
		n += k
		if err == io.EOF && n <= MaxDrawBody {
			return b.in[:n], nil
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

// checkContentType refuses a body that is declared to be something else than
// JSON: most often a form, sent by a client that forgot to say otherwise. One
// without a declaration is taken for JSON.
func checkContentType(r *http.Request) error {
	declared := r.Header.Get("Content-Type")
	if declared == "" || declared == "application/json" {
		return nil
	}
	media, _, err := mime.ParseMediaType(declared)
	if err == nil && media == "application/json" {
		return nil
	}
	return lottery.Refuse(KindUnsupportedMediaType, "Content-Type is %q; send application/json", clip(declared))
}
