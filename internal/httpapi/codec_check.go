package httpapi

import (
	"bytes"
	"unicode/utf8"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// checkFields looks for what libraries let pass in an object that they have
// read already: a name given twice (the last one wins), a name in another case,
// null (ignored), broken UTF-8 and half surrogate pairs (repaired to U+FFFD).
// Each lets two bodies that look different be the same draw, or one that a
// proxy reads in one way be another draw here.
//
// body must be valid JSON, of which the library has made sure: then a walk from
// quote to quote, with nothing but a colon between a name and its value, sees
// everything.
func checkFields(body []byte) error {
	if start := bytes.TrimLeft(body, " \t\r\n"); len(start) == 0 || start[0] != '{' {
		return lottery.Refuse(lottery.KindMalformed, `the body is not an object; send {"user":"…","request":"…"}`)
	}
	if !utf8.Valid(body) {
		return lottery.Refuse(lottery.KindMalformed, "the body is not valid UTF-8")
	}
	var seen fieldSet
	for {
		_, name, rest, more := nextString(body)
		if !more {
			return nil
		}
		gap, value, rest, more := nextString(rest)
		if !more || len(gap) != 1 && len(bytes.TrimSpace(gap)) != 1 { // more than the colon
			return lottery.Refuse(lottery.KindMalformed, "a field is null or not a string; send a string, or omit the field")
		}
		if err := checkField(&seen, name, value); err != nil {
			return err
		}
		body = rest
	}
}

func checkField(seen *fieldSet, name, value []byte) error {
	var err error
	if bytes.IndexByte(name, '\\') < 0 {
		err = seen.claim(string(name))
	} else {
		err = claimEscaped(seen, name)
	}
	if err != nil {
		return err
	}
	return checkEscapes(value)
}

// claim notes that the field is there. It refuses a name that is none of ours
// or was claimed before.
func (s *fieldSet) claim(name string) error {
	var nowhere drawRequest
	value, was := s.target(&nowhere, name)
	if value == nil || *was {
		return badName(name, value == nil)
	}
	*was = true
	return nil
}

// claimEscaped is for a name that spells a letter as an escape: odd, and valid.
func claimEscaped(seen *fieldSet, raw []byte) error {
	c := cursor{text: `"` + string(raw) + `"`}
	name, err := c.string("a field's name in double quotes")
	if err == nil {
		err = seen.claim(name)
	}
	return err
}

// checkEscapes refuses half a surrogate pair. Strings without \u cannot hold
// one; the others are read once more, by our own decoder.
func checkEscapes(raw []byte) error {
	if !bytes.Contains(raw, []byte(`\u`)) {
		return nil
	}
	c := cursor{text: `"` + string(raw) + `"`}
	_, err := c.string("")
	return err
}

// nextString cuts text at its first string: what is before it, the string
// without its quotes, escapes untouched, and what is after it.
func nextString(text []byte) (gap, inner, rest []byte, ok bool) {
	start := bytes.IndexByte(text, '"')
	if start < 0 {
		return text, nil, nil, false
	}
	for at := start + 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return text[:start], text[start+1 : at], text[at+1:], true
		}
	}
	return text, nil, nil, false
}

// isPlain reports whether s stands for itself inside a JSON answer, so that
// every encoder writes it alike.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return isPlainText(s[i:])
		}
		if !plainASCII(s[i]) {
			return false
		}
	}
	return true
}

// isPlainText is isPlain for text beyond ASCII.
func isPlainText(s string) bool {
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r < utf8.RuneSelf && !plainASCII(byte(r)) || multibyteEscape(r, size) != "" {
			return false
		}
		s = s[size:]
	}
	return true
}
