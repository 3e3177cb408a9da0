package stackprofile

import (
	"bytes"
	"errors"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/otherfile"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/wire"
)

// headBytes is how much of an input is looked at to find its format.
const headBytes = 64 << 10

func headOf(data []byte) []byte { return data[:min(len(data), headBytes)] }

// isPprof reports whether data is a profile.proto message: it has a sample type
// where its fields lead to one. Text is never one, whatever control characters
// its names hold: nearly every letter is a key that no field of a profile has.
func isPprof(data []byte) bool {
	m := wire.Message{Rest: data}
	for {
		f, ok, err := m.Next()
		switch {
		case !ok && err == nil: // it names no type
			return hasControls(headOf(data))
		case err != nil && !errors.Is(err, wire.ErrTruncated), f.ID == 0 || f.ID > profileDocURL || !fieldFits(f):
			return false
		case err != nil: // it ends before a type was seen
			return otherfile.IsBinary(headOf(data))
		case f.ID == profileSampleType:
			return isValueType(f.Bytes)
		}
	}
}

// fieldFits reports whether a field of a profile has the right wire type.
func fieldFits(f wire.Field) bool {
	switch f.ID {
	case profileSampleType, profileSample, profileMapping, profileLocation, profileFunction, profileStrings, profilePeriodType:
		return f.Wire == wire.Bytes
	case profileComment:
		return f.Wire == wire.Bytes || f.Wire == wire.Varint
	}
	return f.Wire == wire.Varint
}

// isValueType reports whether raw is two numbers, of which 0 is left out.
func isValueType(raw []byte) bool {
	m := wire.Message{Rest: raw}
	for {
		f, ok, err := m.Next()
		if !ok {
			return err == nil
		}
		if f.Wire != wire.Varint || f.ID != 1 && f.ID != 2 {
			return false
		}
	}
}

// hasControls reports whether there are characters that text rarely has, and
// numbers often.
func hasControls(data []byte) bool {
	return bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != 0x1b })
}

// isBinary reports whether data is no text. A short text may consist of odd names.
func isBinary(data []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimSpace(headOf(data)), []byte("\n"))
	_, _, reason := cutFolded(bytes.TrimSuffix(first, []byte("\r")))
	return reason != "" && otherfile.IsBinary(headOf(data))
}

func refuseBinary([]byte, Limits) (*Profile, error) {
	return nil, errors.New("it is not a profile that can be read: neither text nor the format of pprof")
}

// isOther knows files that are no profiles, and tables that tools print of profiles.
func isOther(data []byte) bool { return otherfile.What(headOf(data)) != "" }

func refuseOther(data []byte, _ Limits) (*Profile, error) {
	return nil, errors.New(otherfile.What(headOf(data)))
}
