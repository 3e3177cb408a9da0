package bench

import (
	"fmt"
	"strings"
)

// Appendix is what the caller knows beside the statistics, such as what changed
// in the profiles of the same runs: a title and sentences. Reports show it after
// their own words, and it decides nothing. Benchstat's CSV has no place for it.
type Appendix struct {
	Title string   `json:"title"`
	Items []string `json:"items"`
}

func (r *Report) writeAppendices(b *strings.Builder) {
	for _, a := range r.Appendices {
		fmt.Fprintf(b, "%s:\n  %s\n\n", a.Title, strings.Join(a.Items, "\n  "))
	}
}

func (r *Report) markdownAppendices(b *strings.Builder) {
	for _, a := range r.Appendices {
		fmt.Fprintf(b, "%s:\n", markdownText(a.Title))
		for _, item := range a.Items {
			fmt.Fprintf(b, "- %s\n", markdownText(item))
		}
		b.WriteByte('\n')
	}
}
