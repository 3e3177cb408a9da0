package runfolder

import (
	"encoding/json"
	"io"
)

// capacityLine is a line of capacity.jsonl.
type capacityLine struct {
	Round    int         `json:"round"`
	Arm      string      `json:"arm"`
	Repeat   int         `json:"repeat,omitempty"`
	Repeated bool        `json:"repeated,omitempty"`
	Failure  string      `json:"failure,omitempty"`
	Kind     FailureKind `json:"failure_kind,omitempty"`
	*Capacity
}

func capacityLines(rounds []Round) []capacityLine {
	var lines []capacityLine
	for _, r := range rounds {
		if r.Capacity != nil {
			lines = append(lines, capacityLine{r.Round, r.Arm, r.Repeat, r.Repeated, r.Failure, r.FailureKind, r.Capacity})
		}
	}
	return lines
}

// writeLines writes each value as a line of JSON.
func writeLines[T any](w io.Writer, values []T) error {
	encoder := json.NewEncoder(w)
	for i := range values {
		if err := encoder.Encode(&values[i]); err != nil {
			return err
		}
	}
	return nil
}
