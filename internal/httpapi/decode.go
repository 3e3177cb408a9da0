package httpapi

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// drawRequest is the body of a draw: a JSON object whose fields are strings.
type drawRequest struct {
	User    string `json:"user"`
	Request string `json:"request"`
	Proof   string `json:"proof"`
}

// decodeDrawRequest reads exactly one JSON object with the fields "user",
// "request" and "proof", each a string and at most once, and nothing after it.
//
// It is written by hand because this object is read on every draw: see the
// benchmark beside the tests. It is stricter than encoding/json, which merges
// names that differ in case, keeps the last of two equal names, ignores null
// and repairs broken UTF-8: each would let two different bodies mean the same
// draw. Whatever this function accepts, encoding/json accepts with the same
// values; a fuzz target holds it to that.
//
// The strings share body's memory.
func decodeDrawRequest(body string) (drawRequest, error) {
	c := cursor{text: body}
	var d drawRequest
	if err := c.object(&d); err != nil {
		return drawRequest{}, err
	}
	c.space()
	if c.at < len(c.text) {
		return drawRequest{}, c.refuse("there is more data after the JSON object; send one object and nothing else")
	}
	return d, nil
}

// cursor is a place in a JSON text.
type cursor struct {
	text string
	at   int
}

func (c *cursor) object(d *drawRequest) error {
	if strings.TrimLeft(c.text, " \t\r\n") == "" {
		return lottery.Refuse(lottery.KindMalformed, `the body is empty; send {"user":"…","request":"…"}`)
	}
	if !c.take('{') {
		return c.refuse(`a JSON object must start here; send {"user":"…","request":"…"}`)
	}
	if c.take('}') {
		return nil
	}
	var seen fieldSet
	for {
		if err := c.field(d, &seen); err != nil {
			return err
		}
		if c.take('}') {
			return nil
		}
		if !c.take(',') {
			return c.refuse("',' or '}' must follow a field")
		}
	}
}

// fieldSet is which fields were seen, by name.
type fieldSet struct{ user, request, proof bool }

// target gives where the field's value goes and whether it was there before;
// nil for a name that is none of ours.
func (s *fieldSet) target(d *drawRequest, name string) (*string, *bool) {
	switch name {
	case "user":
		return &d.User, &s.user
	case "request":
		return &d.Request, &s.request
	case "proof":
		return &d.Proof, &s.proof
	}
	return nil, nil
}

// badName is the refusal of a field that is none of ours or was there before.
// It holds a copy of the name, so that callers need none.
func badName(name string, unknown bool) error {
	if unknown {
		return lottery.Refuse(lottery.KindMalformed,
			"unknown field %q; the fields are user, request and proof", clip(strings.Clone(name)))
	}
	return lottery.Refuse(lottery.KindMalformed, "field %q is given twice", strings.Clone(name))
}

func (c *cursor) field(d *drawRequest, seen *fieldSet) error {
	name, err := c.string("a field's name in double quotes")
	if err != nil {
		return err
	}
	value, was := seen.target(d, name)
	if value == nil || *was {
		return badName(name, value == nil)
	}
	*was = true
	if !c.take(':') {
		return c.refuse("':' must follow a field's name")
	}
	if *value, err = c.string("a string in double quotes"); err != nil {
		return err
	}
	return nil
}

// clip keeps a message short whatever the client called its field.
func clip(name string) string {
	const most = 64
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}

// string reads one string. The common one, without escapes, costs a scan and
// no allocation.
func (c *cursor) string(what string) (string, error) {
	if !c.take('"') {
		return "", c.refuse(what + " is expected here")
	}
	start := c.at
	for ; c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; {
		case b == '"':
			s := c.text[start:c.at]
			if !utf8.ValidString(s) {
				return "", c.refuse("the string before this is not valid UTF-8")
			}
			c.at++
			return s, nil
		case b == '\\':
			return c.escapedString(start)
		case b < 0x20:
			return "", c.refuse("a control character must be escaped in a string")
		}
	}
	return "", c.refuse("the string is not closed")
}

// escapedString finishes a string that has an escape at c.at and began at start.
func (c *cursor) escapedString(start int) (string, error) {
	out := []byte(c.text[start:c.at])
	for c.at < len(c.text) {
		b := c.text[c.at]
		switch {
		case b == '"':
			c.at++
			if !utf8.Valid(out) {
				return "", c.refuse("the string before this is not valid UTF-8")
			}
			return string(out), nil
		case b == '\\':
			r, ok := c.escape()
			if !ok {
				return "", c.refuse("this escape is not one of JSON's, or half of a surrogate pair")
			}
			out = utf8.AppendRune(out, r)
		case b < 0x20:
			return "", c.refuse("a control character must be escaped in a string")
		default:
			out = append(out, b)
			c.at++
		}
	}
	return "", c.refuse("the string is not closed")
}

// escape reads the escape at c.at. Where it is not valid the cursor stays.
func (c *cursor) escape() (rune, bool) {
	if c.at+1 >= len(c.text) {
		return 0, false
	}
	letter := c.text[c.at+1]
	if letter == 'u' {
		return c.unicodeEscape()
	}
	plain := strings.IndexByte(`"\/bfnrt`, letter)
	if plain < 0 {
		return 0, false
	}
	c.at += 2
	return rune("\"\\/\b\f\n\r\t"[plain]), true
}

// unicodeEscape reads \uXXXX, or two of them that make a surrogate pair. A lone
// surrogate is refused: it stands for no character, and repairing it would
// make different ids equal.
func (c *cursor) unicodeEscape() (rune, bool) {
	r, ok := hex4(c.text[c.at+2:])
	if !ok {
		return 0, false
	}
	if !utf16.IsSurrogate(r) {
		c.at += 6
		return r, true
	}
	low, isEscape := strings.CutPrefix(c.text[c.at+6:], `\u`)
	second, ok := hex4(low)
	if !isEscape || !ok {
		return 0, false
	}
	r = utf16.DecodeRune(r, second)
	if r == utf8.RuneError {
		return 0, false
	}
	c.at += 12
	return r, true
}

// hex4 reads four hexadecimal digits.
func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for _, b := range []byte(s[:4]) {
		digit := strings.IndexByte(hexDigits, b|0x20) // lower case; leaves digits as they are
		if digit < 0 || b < '0' {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}

// space skips what JSON calls white space.
func (c *cursor) space() {
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return
		}
	}
}

// take skips white space and then b, and reports whether b was there.
func (c *cursor) take(b byte) bool {
	c.space()
	if c.at < len(c.text) && c.text[c.at] == b {
		c.at++
		return true
	}
	return false
}

func (c *cursor) refuse(why string) error {
	return lottery.Refuse(lottery.KindMalformed, "the body is not valid JSON for a draw, at byte %d: %s", c.at, why)
}
