package steps_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

func TestParseChoice(t *testing.T) {
	for _, tc := range []struct {
		steps     string
		overrides []string
		want      string // the variants of the eight, then of the extras that are not best
		flags     []string
	}{
		{"all", nil, "best best best best best best best best", []string{"--steps=all"}},
		{"none", nil, "before before before before before before before before", []string{"--steps=none"}},
		{"article", nil, "article article article article article article article article", []string{"--steps=article"}},
		{"1,3, 5", nil, "best before best before best before before before",
			[]string{"--steps=none", "--step=conn-pool=best", "--step=json=best", "--step=claim=best"}},
		{"claim", nil, "before before before before best before before before", []string{"--steps=none", "--step=claim=best"}},
		{"all", []string{"json=article", "gc=200"}, "best best article best best best 200 best",
			[]string{"--steps=all", "--step=json=article", "--step=gc=200"}},
		{"none", []string{"json=article", "json=best", "sampler=linear"}, "before before best before before before before before sampler=linear",
			[]string{"--steps=none", "--step=json=best", "--step=sampler=linear"}},
		{"all", []string{"sampler=best", "stock=lua"}, "best best best best best best best best", []string{"--steps=all"}},
	} {
		c, err := steps.ParseChoice(tc.steps, tc.overrides)
		if err != nil {
			t.Errorf("%s %v: %v", tc.steps, tc.overrides, err)
			continue
		}
		if got := short(c); got != tc.want {
			t.Errorf("%s %v: got %s; want %s", tc.steps, tc.overrides, got, tc.want)
		}
		if got := c.Flags(); !slices.Equal(got, tc.flags) {
			t.Errorf("%s %v: flags %q; want %q", tc.steps, tc.overrides, got, tc.flags)
		}
	}
}

func short(c steps.Choice) string {
	var words []string
	for _, s := range steps.All() {
		words = append(words, c.Variant(s.Name))
	}
	for _, s := range steps.Extras() {
		if v := c.Variant(s.Name); v != s.Best {
			words = append(words, s.Name+"="+v)
		}
	}
	return strings.Join(words, " ")
}

// TestFlagsReproduceTheChoice goes through every variant of every switch.
func TestFlagsReproduceTheChoice(t *testing.T) {
	for _, base := range []string{"none", "all", "article", "2,7"} {
		for _, s := range steps.Every() {
			for _, v := range s.VariantNames() {
				c, err := steps.ParseChoice(base, []string{s.Name + "=" + v})
				if err != nil {
					t.Fatal(err)
				}
				again := parseFlags(t, c.Flags())
				if again != c {
					t.Errorf("%v became %v through %q", c, again, c.Flags())
				}
				if again, err := steps.ParseChoice("all", strings.Split(c.String(), ",")); err != nil || again != c {
					t.Errorf("%v became %v, %v through its text", c, again, err)
				}
			}
		}
	}
}

func parseFlags(t *testing.T, flags []string) steps.Choice {
	t.Helper()
	var overrides []string
	for _, f := range flags[1:] {
		overrides = append(overrides, strings.TrimPrefix(f, "--step="))
	}
	c, err := steps.ParseChoice(strings.TrimPrefix(flags[0], "--steps="), overrides)
	if err != nil {
		t.Fatalf("%q: %v", flags, err)
	}
	return c
}

func TestParseChoiceNamesWhatExists(t *testing.T) {
	for _, tc := range []struct {
		steps    string
		override string
		want     string
	}{
		{"most", "", `unknown step "most"; use none, all, article, or a list of 1 to 8 such as 1,3,5`},
		{"1,9", "", `unknown step "9"; use none, all, article, or a list of 1 to 8 such as 1,3,5`},
		{"", "", `unknown step ""; use none, all, article, or a list of 1 to 8 such as 1,3,5`},
		{"all", "json", `step is "json"; use switch=variant, such as json=article`},
		{"all", "json=fast", `switch json has no variant "fast"; use before, article, best, goccy, jsonv2`},
		{"all", "sampler=before", `switch sampler has no variant "before"; use linear, binary, reservoir, alias`},
		{"all", "jsn=best", `unknown switch "jsn"; use ` + strings.Join(steps.Names(), ", ")},
	} {
		var overrides []string
		if tc.override != "" {
			overrides = []string{tc.override}
		}
		if _, err := steps.ParseChoice(tc.steps, overrides); err == nil || err.Error() != tc.want {
			t.Errorf("%q %q: got %v; want %s", tc.steps, tc.override, err, tc.want)
		}
	}
}

func TestChoiceSaysWhatIsUnsafe(t *testing.T) {
	c, err := steps.ParseChoice("article", []string{"claim=stock-row"})
	if err != nil {
		t.Fatal(err)
	}
	names := func(c steps.Choice) (names []string) {
		for _, u := range c.Unsafe() {
			names = append(names, u.Variant)
			if u.Why == "" {
				t.Errorf("%s: no reason", u.Variant)
			}
		}
		return names
	}
	if got, want := names(c), []string{"dice=article", "claim=stock-row"}; !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
	none, _ := steps.ParseChoice("none", nil)
	if got, want := names(none), []string{"dice=before"}; !slices.Equal(got, want) {
		t.Errorf("none: got %v; want %v", got, want)
	}
	if got := names(steps.Choice{}); got != nil {
		t.Errorf("the best choice is unsafe: %v", got)
	}
}

func FuzzParseChoice(f *testing.F) {
	f.Add("none", "json=article")
	f.Add("1,3,5", "gc=best")
	f.Add("claim", "=")
	f.Fuzz(func(t *testing.T, list, override string) {
		c, err := steps.ParseChoice(list, []string{override})
		if err != nil {
			return
		}
		if again := parseFlags(t, c.Flags()); again != c {
			t.Errorf("%q %q: %v became %v", list, override, c, again)
		}
	})
}
