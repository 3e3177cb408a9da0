package stackprofile

import (
	"bytes"
	"errors"
	"regexp"
)

// headBytes is how much of an input is looked at to find its format.
const headBytes = 64 << 10

func headOf(data []byte) []byte { return data[:min(len(data), headBytes)] }

// isPprof reports whether data is a profile.proto message: it has a sample type
// where its fields lead to one. Text is never one, whatever control characters
// its names hold: nearly every letter is a key that no field of a profile has.
func isPprof(data []byte) bool {
	m := message{data}
	for {
		f, ok, err := m.next()
		switch {
		case !ok && err == nil: // it names no type
			return hasControls(headOf(data))
		case err != nil && !errors.Is(err, errTruncated), f.id == 0 || f.id > profileDocURL || !fieldFits(f):
			return false
		case err != nil: // it ends before a type was seen
			return isBinary(data)
		case f.id == profileSampleType:
			return isValueType(f.bytes)
		}
	}
}

// fieldFits reports whether a field of a profile has the right wire type.
func fieldFits(f field) bool {
	switch f.id {
	case profileSampleType, profileSample, profileMapping, profileLocation, profileFunction, profileStrings, profilePeriodType:
		return f.wire == wireBytes
	case profileComment:
		return f.wire == wireBytes || f.wire == wireVarint
	}
	return f.wire == wireVarint
}

// isValueType reports whether raw is two numbers, of which 0 is left out.
func isValueType(raw []byte) bool {
	m := message{raw}
	for {
		f, ok, err := m.next()
		if !ok {
			return err == nil
		}
		if f.wire != wireVarint || f.id != 1 && f.id != 2 {
			return false
		}
	}
}

// hasControls reports whether there are characters that text rarely has, and
// numbers often.
func hasControls(data []byte) bool {
	return bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != 0x1b })
}

// isBinary reports whether data is no text: more than a third of it are control
// characters, or bytes that are no UTF-8. A text has few of either.
func isBinary(data []byte) bool {
	head := headOf(data)
	odd, all := 0, 0
	for _, r := range string(head) {
		if all++; r == 0xfffd || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			odd++
		}
	}
	return 3*odd > all
}

func refuseBinary([]byte, Limits) (*Profile, error) {
	return nil, errors.New("it is not a profile that can be read: neither text nor the format of pprof")
}

// otherFile is a kind of file that people take for a profile.
type otherFile struct {
	begins string // a regular expression
	words  string
}

func otherFiles() []otherFile {
	return []otherFile{
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

// isOther knows by their beginning files that are no profiles, and tables that
// tools print of profiles.
func isOther(data []byte) bool { return whatOther(data) != "" }

func refuseOther(data []byte, _ Limits) (*Profile, error) { return nil, errors.New(whatOther(data)) }

func whatOther(data []byte) string {
	head := headOf(data)
	for _, f := range otherFiles() {
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
