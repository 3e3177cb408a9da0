package study_test

import (
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/study"
)

func TestSpecsAreReadAndWritten(t *testing.T) {
	for _, row := range []struct {
		plan, variant, want string
	}{
		{"ladder", "", "ladder article"},
		{"ladder", "both", "ladder both"},
		{"each", "", "each both"},
		{"each", "best", "each best"},
		{"drop", "", "drop"},
	} {
		spec, err := study.ParseSteps(row.plan, row.variant)
		if err != nil || spec.String() != row.want {
			t.Errorf("ParseSteps(%q, %q): got %q, %v", row.plan, row.variant, spec, err)
		}
		checkRoundTrip(t, spec)
		spec.Only = []string{"before", "best"}
		checkRoundTrip(t, spec)
	}
	spec, err := study.ParseVary("sampler=linear,best")
	if err != nil || spec.String() != "vary sampler=linear,alias" {
		t.Errorf("got %q, %v, want the best variant by its own name", spec, err)
	}
	checkRoundTrip(t, spec)
}

func checkRoundTrip(t *testing.T, spec study.Spec) {
	t.Helper()
	back, err := study.Parse(spec.String())
	if err != nil || back.String() != spec.String() {
		t.Errorf("Parse(%q): got %q, %v", spec, back, err)
	}
}

func TestBadSpecsAreOneSentence(t *testing.T) {
	steps := func(plan, variant string) error { _, err := study.ParseSteps(plan, variant); return err }
	vary := func(text string) error { _, err := study.ParseVary(text); return err }
	parse := func(text string) error { _, err := study.Parse(text); return err }
	for _, row := range []struct {
		err  error
		want string
	}{
		{steps("stairs", ""), `unknown plan "stairs"; use ladder, each or drop`},
		{steps("vary", ""), `unknown plan "vary"`},
		{steps("ladder", "worst"), `unknown variant "worst"; use article, best or both`},
		{steps("drop", "article"), "no variant to choose"},
		{vary("json"), "such as json=before,article,best"},
		{vary("xml=before,best"), `unknown switch "xml"; use conn-pool`},
		{vary("json=before,fastest"), `switch json has no variant "fastest"; use before`},
		{vary("json=before,before"), "given twice"},
		{vary("sampler=best,alias"), "given twice"},
		{vary("json=before"), "has nothing to be compared with"},
		{parse(""), "is not a design"},
		{parse("vary"), `unknown plan "vary"`},
		{parse("ladder article more words"), "is not a design"},
	} {
		if row.err == nil || !strings.Contains(row.err.Error(), row.want) || strings.Contains(row.err.Error(), "\n") {
			t.Errorf("got %v, want one sentence with %q", row.err, row.want)
		}
	}
}

// FuzzParse: run.json comes from outside.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"ladder article", "each both only before,best", "drop", "vary json=before,best", "vary ="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := study.Parse(text)
		if err != nil {
			return
		}
		back, err := study.Parse(spec.String())
		if err != nil || back.String() != spec.String() {
			t.Errorf("%q became %q and then %q, %v", text, spec, back, err)
		}
		if _, err := study.New(study.Spec{Plan: spec.Plan, Variant: spec.Variant, Switch: spec.Switch, Variants: spec.Variants}); err != nil {
			t.Errorf("%q was read and has no design: %v", text, err)
		}
	})
}
