package runtimemetrics

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Moment is what a service said at one moment of a window: a line of metrics.jsonl
// of a bundle.
type Moment struct {
	Time   time.Time          `json:"t"`
	Target string             `json:"target"`
	Values map[string]float64 `json:"values"` // as in [Answer]
}

// Bounds of what ReadMoments reads: a day of one target, a reading a second, and the
// longest line.
const (
	maxMoments = 100_000
	maxLine    = 16 << 20
)

// ReadMoments reads lines of metrics.jsonl. Lines that cannot be read are left
// out, and skipped has their numbers, from 1. It is an error if there are only such
// lines, none at all, or more than 100,000.
func ReadMoments(r io.Reader) (moments []Moment, skipped []int, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for number := 1; lines.Scan(); number++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var m Moment
		if json.Unmarshal(lines.Bytes(), &m) != nil || m.Time.IsZero() || len(m.Values) == 0 {
			skipped = append(skipped, number)
			continue
		}
		if moments = append(moments, m); len(moments) > maxMoments {
			return nil, skipped, fmt.Errorf("it has more than %d readings", maxMoments)
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, skipped, lines.Err()
	case len(moments) == 0 && len(skipped) > 0:
		return nil, skipped, errors.New("it has no line with a reading of runtime metrics")
	case len(moments) == 0:
		return nil, nil, errors.New("it is empty")
	}
	return moments, skipped, nil
}
