// Package plaintext gives the text back that was stored: without byte order
// marks, in UTF-8 ([Decode]), and a program's own lines where a collector of logs
// has put each into a JSON object, or many into one line ([Lines]), or has put a
// time and a name in front ([Prefix]).
package plaintext

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// Decode is data in UTF-8 without a byte order mark. Windows programs write
// UTF-16; what has no mark is returned as it is.
func Decode(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data[2:], binary.BigEndian)
	}
	return data
}

// fromUTF16 drops half a character at the end.
func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
