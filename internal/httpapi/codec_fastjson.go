package httpapi

import (
	"bytes"
	"errors"

	"github.com/valyala/fastjson"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// FastjsonCodec is valyala/fastjson with pools of parsers and arenas.
//
// The article calls it a faster Marshal. It has none: a parser gives a tree of
// values to look fields up in, and an answer is such a tree, built in an arena
// and written by MarshalTo. What it skips is reflection, not work.
//
// Its parser takes bare control characters and keeps broken escapes as they are,
// so its validator goes first; what that lets pass too, checkFields and
// checkControls find. Its writer escapes with strconv.AppendQuote, which is not JSON for control
// characters, so texts that need an escape are quoted by our own encoder.
func FastjsonCodec() Codec { return new(fastjsonCodec) }

type fastjsonCodec struct {
	parsers fastjson.ParserPool
	arenas  fastjson.ArenaPool
}

func (c *fastjsonCodec) decode(body []byte) (drawRequest, error) {
	if err := fastjson.ValidateBytes(body); err != nil {
		return drawRequest{}, notOurJSON(err)
	}
	parser := c.parsers.Get()
	defer c.parsers.Put(parser) // it keeps a copy of the body, which its next Parse overwrites
	value, err := parser.ParseBytes(body)
	if err != nil {
		return drawRequest{}, notOurJSON(err)
	}
	if err := checkFields(body); err != nil {
		return drawRequest{}, err
	}
	if err := checkControls(body); err != nil {
		return drawRequest{}, err
	}
	var d drawRequest
	if err := readFields(value, &d); err != nil {
		return drawRequest{}, notOurJSON(err)
	}
	return d, nil
}

// checkControls refuses bare control characters in strings with escapes: the
// validator of fastjson 1.6.10 looks for them behind a string's last escape only.
func checkControls(body []byte) error {
	if bytes.IndexByte(body, '\\') < 0 {
		return nil
	}
	for rest := body; ; {
		_, text, after, more := nextString(rest)
		if !more {
			return nil
		}
		if bytes.ContainsFunc(text, func(r rune) bool { return r < 0x20 }) {
			return notOurJSON(errors.New("a control character must be escaped in a string"))
		}
		rest = after
	}
}

// readFields copies our fields out of the parser's memory, and refuses those that
// are no strings. Names twice or unknown were refused before.
func readFields(object *fastjson.Value, d *drawRequest) error {
	for _, f := range []struct {
		name string
		into *string
	}{{"user", &d.User}, {"request", &d.Request}, {"proof", &d.Proof}} {
		value := object.Get(f.name)
		if value == nil {
			continue
		}
		text, err := value.StringBytes()
		if err != nil {
			return err
		}
		*f.into = string(text)
	}
	return nil
}

func (c *fastjsonCodec) answer(scratch []byte, e lottery.Entry, a lottery.Answer) ([]byte, error) {
	arena := c.arenas.Get()
	defer c.arenas.Put(arena) // resets it: it keeps no text of this answer
	body := arena.NewObject()
	body.Set("result", arena.NewString(a.Result.String()))
	body.Set("activity", fastjsonText(arena, e.Activity))
	body.Set("user", fastjsonText(arena, e.User))
	body.Set("request", fastjsonText(arena, e.Request))
	if a.Result == lottery.Win {
		prize := arena.NewObject()
		prize.Set("id", fastjsonText(arena, a.Prize.ID))
		prize.Set("tier", fastjsonText(arena, a.Prize.Tier))
		prize.Set("name", fastjsonText(arena, a.Prize.Name))
		body.Set("prize", prize)
		body.Set("unit", arena.NewNumberInt(int(a.Unit)))
		body.Set("code", fastjsonText(arena, a.Code))
	}
	return append(body.MarshalTo(scratch[:0]), '\n'), nil
}

// fastjsonText is s as a value. The value of a number is written as it was
// given, which is the library's only way to take text that is escaped already.
func fastjsonText(arena *fastjson.Arena, s string) *fastjson.Value {
	if isPlain(s) {
		return arena.NewString(s)
	}
	return arena.NewNumberString(string(appendString(nil, s)))
}
