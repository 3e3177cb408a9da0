package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/steps"
	"github.com/lotteryctl/lotteryctl/internal/study"
)

func design(t *testing.T, text string) study.Design {
	t.Helper()
	spec, err := study.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func plans() []string {
	return []string{
		"ladder article", "ladder best", "ladder both", "each article", "each best", "each both", "drop",
		"vary json=before,article,best", "vary gc=before,30,400", "vary redis-batch=single,natural",
	}
}

func TestArms(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"ladder article", "before plus-conn-pool plus-object-pool plus-json plus-dice plus-claim plus-log plus-gc article best"},
		{"ladder best", "before plus-conn-pool plus-object-pool plus-json plus-dice plus-claim plus-log plus-gc article best"},
		{"each article", "before only-conn-pool only-object-pool only-json only-dice only-claim only-log only-gc only-user-state article best"},
		{"drop", "best without-conn-pool without-object-pool without-json without-dice without-claim without-log without-gc " +
			"without-user-state before"},
		{"vary json=before,article,best", "json.before json.article json.best"},
		{"ladder article only best,before,article", "before article best"},
	} {
		d := design(t, row.text)
		if got := strings.Join(d.ArmNames(), " "); got != row.want {
			t.Errorf("%s: got arms %s", row.text, got)
		}
	}
	both := design(t, "each both")
	if n := len(both.Arms); n != 1+2*8+2 || !slices.Contains(both.ArmNames(), "only-json.article") {
		t.Errorf("each both: got %d arms %v", n, both.ArmNames())
	}
}

// TestContrastsDifferInWhatTheySay holds for every plan: the arms of a contrast
// exist, a step's differ in that switch alone, and its To has the variant.
func TestContrastsDifferInWhatTheySay(t *testing.T) {
	for _, text := range plans() {
		d := design(t, text)
		choices := map[string]steps.Choice{}
		for _, a := range d.Arms {
			if _, taken := choices[a.Name]; taken || runfolder.CheckName(a.Name) != nil {
				t.Errorf("%s: the arm name %q is taken or no name: %v", text, a.Name, runfolder.CheckName(a.Name))
			}
			choices[a.Name] = a.Choice
		}
		for _, c := range d.Contrasts {
			from, hasFrom := choices[c.From]
			to, hasTo := choices[c.To]
			if !hasFrom || !hasTo {
				t.Errorf("%s: %q compares %s with %s, which are not both there", text, c.Title, c.From, c.To)
				continue
			}
			var differ []string
			for _, name := range steps.Names() {
				if from.Variant(name) != to.Variant(name) {
					differ = append(differ, name)
				}
			}
			if c.Switch == "" {
				if len(differ) < 7 {
					t.Errorf("%s: the total %q differs in %v only", text, c.Title, differ)
				}
				continue
			}
			if !slices.Equal(differ, []string{c.Switch}) || to.Variant(c.Switch) != c.Variant {
				t.Errorf("%s: %q (%s=%s) differs in %v, to %s", text, c.Title, c.Switch, c.Variant, differ, to.Variant(c.Switch))
			}
		}
	}
}

// TestAccountsAddUpByConstruction: an account's parts lie between the ends of
// its total, each switch once.
func TestAccountsAddUpByConstruction(t *testing.T) {
	for _, row := range []struct {
		text string
		want int
	}{
		{"ladder article", 2}, {"ladder best", 1}, {"ladder both", 2}, {"each article", 1}, {"each both", 2}, {"drop", 1},
		{"vary json=before,best", 0}, {"ladder article only before,article,best", 0},
	} {
		d := design(t, row.text)
		if len(d.Accounts) != row.want {
			t.Errorf("%s: got %d accounts, want %d", row.text, len(d.Accounts), row.want)
		}
		for _, a := range d.Accounts {
			seen := map[string]bool{}
			for _, part := range a.Parts {
				c := d.Contrasts[part]
				if seen[c.Switch] {
					t.Errorf("%s: account %q has switch %q twice", row.text, a.Title, c.Switch)
				}
				seen[c.Switch] = true
			}
			for _, s := range steps.All() {
				if !seen[s.Name] {
					t.Errorf("%s: account %q lacks step %s", row.text, a.Title, s.Name)
				}
			}
			if total := d.Contrasts[a.Total]; total.Switch != "" || fmt.Sprintf("before to %s", total.To) != a.Title {
				t.Errorf("%s: account %q ends in %s", row.text, a.Title, total.To)
			}
		}
	}
}

func TestArmsThatAreNotThere(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"ladder article only before,fastest", `unknown arm "fastest"; use before, plus-conn-pool`},
		{"drop only best", "one arm has nothing to be compared with"},
	} {
		spec, err := study.Parse(row.text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := study.New(spec); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", row.text, err, row.want)
		}
	}
}
