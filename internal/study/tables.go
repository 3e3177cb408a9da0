package study

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// Rule is when a change counts. The zero value asks for 5 % in both.
type Rule struct {
	// Alpha is the chance of calling any of the family changed although nothing
	// is. By default 0.05.
	Alpha float64 `json:"alpha"`
	// MinEffect is the least relative change worth mentioning. By default 0.05.
	MinEffect float64 `json:"min_effect"`
}

// filled is the rule with its defaults filled in.
func (r Rule) filled() Rule {
	if r.Alpha == 0 {
		r.Alpha = bench.DefaultQuery().Alpha
	}
	if r.MinEffect == 0 {
		r.MinEffect = bench.DefaultMinEffect
	}
	return r
}

// Query arranges the results of a run folder, its arms in columns. The first
// one is the baseline. It is what `compare` asks of a single folder.
func Query(arms []string) bench.Query {
	quoted := make([]string, len(arms))
	for i, arm := range arms {
		quoted[i] = strconv.Quote(arm)
	}
	return bench.Query{Table: bench.NoKeys, Col: "/arm@(" + strings.Join(quoted, " ") + ")"}
}

// newTables are the results of rounds as analyze/bench arranges them when it
// reads them from the folder; without any tables if no round counts.
func newTables(arms []string, rounds []runfolder.Round, rule Rule) (*bench.Tables, error) {
	var text strings.Builder
	if err := runfolder.WriteBench(&text, &runfolder.Manifest{Benchmark: "Run"}, rounds); err != nil {
		return nil, fmt.Errorf("the rounds as benchmark results: %w", err)
	}
	set, err := bench.Read(bench.Input{Label: "run", Path: "rounds", Reader: strings.NewReader(text.String())})
	if errors.Is(err, bench.ErrNoResults) {
		return &bench.Tables{Query: bench.DefaultQuery(), Set: set}, nil
	}
	if err != nil {
		return nil, err
	}
	query := Query(arms)
	query.Alpha = rule.Alpha
	tables, err := query.Tables(set)
	if err != nil {
		return nil, fmt.Errorf("the rounds in tables: %w", err)
	}
	return tables, nil
}

// measured is a run ready to be asked about.
type measured struct {
	rule       Rule // with its defaults filled in
	figures    figures
	tables     *bench.Tables
	exclusions []bench.Exclusion
}

func newMeasured(arms []string, rounds []runfolder.Round, rule Rule) (m measured, err error) {
	m.rule = rule.filled()
	m.figures, m.exclusions = newFigures(rounds), Exclusions(rounds)
	m.tables, err = newTables(arms, rounds, m.rule)
	return m, err
}

// ask judges questions as one family. That rounds were run side by side is
// known here and need not be seen from the results.
func (m measured) ask(questions []bench.Question) (answers []bench.Answer, family int) {
	return bench.Ask(m.tables, questions, bench.Policy{MinEffect: m.rule.MinEffect, Pairing: bench.Paired, Exclusions: m.exclusions})
}

// judge compares every arm with the first, as `compare` does by default.
func (m measured) judge() (*bench.Report, error) {
	return bench.Judge(m.tables, bench.Policy{MinEffect: m.rule.MinEffect, Exclusions: m.exclusions})
}

// Exclusions are the results of rounds on which no verdict can rest, in the names
// of bench.txt.
func Exclusions(rounds []runfolder.Round) (all []bench.Exclusion) {
	runs, bound := map[string]int{}, map[string]int{}
	var arms []string
	for _, r := range runfolder.Kept(rounds) {
		if r.Capacity == nil {
			continue
		}
		if runs[r.Arm]++; runs[r.Arm] == 1 {
			arms = append(arms, r.Arm)
		}
		if r.Capacity.GeneratorBound {
			bound[r.Arm]++
		}
	}
	for _, arm := range arms {
		if bound[arm] > 0 {
			all = append(all, bench.Exclusion{Code: bench.GeneratorLimit, Part: "arm=" + arm, Unit: capacityUnit, Runs: bound[arm], All: runs[arm]})
		}
	}
	return all
}

// capacityUnit is the highest rate that kept the objective.
const capacityUnit = "capacity-ops/s"

// corrected is the p-value of a judgement that is corrected for its family; nil
// if there is none.
func corrected(g *bench.Judgement) *float64 {
	if g == nil || math.IsNaN(g.PHolm) {
		return nil
	}
	p := g.PHolm
	return &p
}
