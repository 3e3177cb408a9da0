package comparecmd

import (
	"fmt"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/internal/benchreport"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

// withFindings puts the answers to the questions of a designed experiment first, as
// bench gives them: compare asks other questions of the same folder, each arm
// against the first one in all metrics, so that its corrected p-values are others.
func (m *material) withFindings(appendices []benchreport.Appendix) ([]benchreport.Appendix, error) {
	if len(m.folders) != 1 || m.inputs != 1 || m.folders[0].run.Design == "" || m.folders[0].run.Rules.CapacityOnly {
		return appendices, nil
	}
	folder := m.folders[0]
	spec, err := study.Parse(folder.run.Design)
	if err != nil {
		return nil, fmt.Errorf("%s: the run's design: %w", folder.path, err)
	}
	design, err := study.New(spec)
	if err != nil {
		return nil, fmt.Errorf("%s: the run's design: %w", folder.path, err)
	}
	result, err := study.Judge(design, folder.rounds, study.Rule{})
	if err != nil {
		return nil, err
	}
	a := benchreport.Appendix{Title: fmt.Sprintf("the questions that this experiment was made for, as bench answers them (%s; p corrected for %s)",
		result.Design, units.Counted(len(result.Findings), "question", "questions"))}
	for _, f := range result.Findings {
		a.Items = append(a.Items, findingText(f))
	}
	return append([]benchreport.Appendix{a}, appendices...), nil
}

func findingText(f study.Finding) string {
	text := fmt.Sprintf("%s: %s", f.Title, f.Answer)
	if f.Effect == nil {
		return text
	}
	text += fmt.Sprintf(", %s %s", f.Effect.Unit, units.Effect(f.Effect.Ratio))
	if f.Corrected != nil {
		text += ", " + units.PText(*f.Corrected)
	}
	return text
}
