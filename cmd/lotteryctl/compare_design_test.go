package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// TestCompareAnswersTheDesign: of a folder whose arms follow a design, compare gives
// bench's own answers, beside those to its own questions.
func TestCompareAnswersTheDesign(t *testing.T) {
	r := eachReport(t)
	folder := wholeFolder(t, r)
	stdout, _, err := execute(t, "compare", "--json", folder)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Appendices []struct {
			Title string
			Items []string
		}
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Appendices) != 1 || len(report.Appendices[0].Items) != len(r.Steps.Findings) || !strings.Contains(report.Appendices[0].Title, "each article") {
		t.Fatalf("got %+v for %d findings", report.Appendices, len(r.Steps.Findings))
	}
	for i, f := range r.Steps.Findings {
		for _, part := range []string{f.Title, string(f.Answer), units.Effect(f.Effect.Ratio), units.PText(*f.Corrected)} {
			if item := report.Appendices[0].Items[i]; !strings.Contains(item, part) {
				t.Errorf("bench says %s of %s, compare %s", part, f.Title, item)
			}
		}
	}
	if stdout, _, err := execute(t, "compare", wholeFolder(t, armsReport(t, 6))); err != nil || strings.Contains(stdout, "the questions that") {
		t.Errorf("a run without a design: %v\n%s", err, stdout)
	}
}
