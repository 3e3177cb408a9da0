// Package otherfile knows files that people take for profiles and that are not, by
// how they begin ([What]).
package otherfile

import "regexp"

// IsBinary reports whether the beginning of a file is no text: more than a third
// of it are control characters, or bytes that are no UTF-8. A text has few of
// either.
func IsBinary(head []byte) bool {
	odd, all := 0, 0
	for _, r := range string(head) {
		if all++; r == 0xfffd || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			odd++
		}
	}
	return 3*odd > all
}

// kind is a kind of file that people take for a profile.
type kind struct {
	begins string // a regular expression
	words  string
}

func kinds() []kind {
	return []kind{
		{`go 1\.\d+ trace\x00`, "it is an execution trace of Go, not a profile; open it with go tool trace"},
		{`go1\.\d+ heap dump\n`, "it is a heap dump of Go, not a profile; use the answer of /debug/pprof/heap"},
		{`PERFILE2`, "it is a recording of perf; use the output of perf script"},
		{`\x28\xb5\x2f\xfd`, "it is compressed with zstd; unpack it with zstd -d"},
		{`\xfd7zXZ\x00`, "it is compressed with xz; unpack it with xz -d"},
		{`BZh[1-9]1AY&SY`, "it is compressed with bzip2; unpack it with bzip2 -d"},
		{`\x04\x22\x4d\x18`, "it is compressed with lz4; unpack it with lz4 -d"},
		{`PK\x03\x04`, "it is a zip file; unpack it"},
		{`\x7fELF`, "it is a program, not a profile"},
		{`FLR\x00`, "it is a recording of Java Flight Recorder, which is not a supported format; convert it to folded stacks"},
		{`(?i)\s*<(!doctype html|html)\b`, "it is an HTML page, not a profile; check the address that it is from"},
		{`\s*<(\?xml|svg)\b`, "it is an XML file or a picture, not a profile; use the profile that it was made of"},
	}
}

// What says in a sentence what the file is that begins with head, and what to do;
// "" if it may be a profile. The sentence calls it "it".
func What(head []byte) string {
	for _, f := range kinds() {
		// Bytes that are no UTF-8 are matched one by one in Latin-1.
		if regexp.MustCompile(`^(?:` + f.begins + `)`).Match(latin1(head[:min(len(head), 256)])) {
			return f.words
		}
	}
	if regexp.MustCompile(`(?m)^\s*(flat\s+flat%\s+sum%\s+cum\s+cum%|self\s+self%\s+sum%\s+total\s+total%\s+function|# Overhead .*(Command|Symbol))`).Match(head) {
		return "it is a table made of a profile, for people; use the profile that it was made of"
	}
	return ""
}

// latin1 is data with each byte as the character of that number.
func latin1(data []byte) []byte {
	runes := make([]rune, len(data))
	for i, c := range data {
		runes[i] = rune(c)
	}
	return []byte(string(runes))
}
