package httpapi

import "unicode/utf8"

const hexDigits = "0123456789abcdef"

// appendString appends s to b as a JSON string (RFC 8259 section 7).
//
// Beside what JSON demands it escapes '<', '>' and '&', so that an answer
// pasted into a page cannot open a tag, and U+2028 and U+2029, which end a line
// in old JavaScript: the same choices as encoding/json, so both give the same
// bytes. Invalid UTF-8 becomes U+FFFD, byte by byte.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0 // everything before it is written
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if plainASCII(c) {
				i++
				continue
			}
			b = appendEscape(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if escape := multibyteEscape(r, size); escape != "" {
			b = append(append(b, s[start:i]...), escape...)
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

// plainASCII reports whether c stands for itself inside a JSON string.
func plainASCII(c byte) bool {
	switch c {
	case '"', '\\', '<', '>', '&':
		return false
	}
	return c >= 0x20
}

// appendEscape appends the escape of an ASCII character that needs one.
func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

// multibyteEscape gives the escape of a non-ASCII character, or "" if it
// stands for itself.
func multibyteEscape(r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return `\ufffd`
	case r == '\u2028':
		return `\u2028`
	case r == '\u2029':
		return `\u2029`
	}
	return ""
}
