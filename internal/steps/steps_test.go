package steps_test

import (
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

func TestCatalogueIsWhole(t *testing.T) {
	if len(steps.All()) != 8 || len(steps.Extras()) != 6 {
		t.Fatalf("got %d steps and %d extras, want 8 and 6", len(steps.All()), len(steps.Extras()))
	}
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for i, s := range steps.Every() {
		if want := i + 1; i < 8 && s.Number != want || i >= 8 && s.Number != 0 {
			t.Errorf("switch %s: number %d at place %d", s.Name, s.Number, want)
		}
		if !name.MatchString(s.Name) || seen[s.Name] {
			t.Errorf("switch %q is not a flag value or not unique", s.Name)
		}
		seen[s.Name] = true
		for field, value := range reflect.ValueOf(s).Fields() {
			if value.IsZero() && field.Name != "Number" {
				t.Errorf("switch %s: %s is empty", s.Name, field.Name)
			}
		}
		checkVariants(t, s)
	}
}

func checkVariants(t *testing.T, s steps.Switch) {
	t.Helper()
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, v := range s.Variants {
		if !name.MatchString(v.Name) || seen[v.Name] || v.What == "" {
			t.Errorf("%s: variant %+v lacks a unique name or its What", s.Name, v)
		}
		seen[v.Name] = true
	}
	if !seen[s.Before] || !seen[s.Article] || !seen[s.Best] || s.Before == s.Best {
		t.Errorf("%s: before %q, article %q and best %q are not variants, or the first and last are one", s.Name, s.Before, s.Article, s.Best)
	}
	if s.Number > 0 && !slices.Equal(s.VariantNames()[:3], []string{"before", "article", "best"}) {
		t.Errorf("%s: the variants begin with %v", s.Name, s.VariantNames()[:3])
	}
}

// TestMetricsAreUnitsOfBenchText: a metric that no run folder has can never move.
func TestMetricsAreUnitsOfBenchText(t *testing.T) {
	units := []string{"p50-latency-ns", "p95-latency-ns", "p99-latency-ns", "cpu-ns/op", "B/op", "allocs/op"}
	for _, s := range steps.Every() {
		if !slices.Contains(units, s.Metric) {
			t.Errorf("%s should move %q; want one of %v", s.Name, s.Metric, units)
		}
	}
}

func TestBestAndBeforeKeepTheInvariants(t *testing.T) {
	var wrong []string
	for _, s := range steps.Every() {
		for _, v := range s.Variants {
			if v.Wrong == "" {
				continue
			}
			wrong = append(wrong, s.Name+"="+v.Name)
			if v.Name == s.Best || v.Name == s.Before {
				t.Errorf("%s: variant %s is wrong: %s", s.Name, v.Name, v.Wrong)
			}
			if !regexp.MustCompile(`^I[1-8]: `).MatchString(v.Wrong) {
				t.Errorf("%s=%s does not begin with the invariant it breaks: %s", s.Name, v.Name, v.Wrong)
			}
		}
	}
	if want := []string{"dice=article", "claim=stock-row"}; !slices.Equal(wrong, want) {
		t.Errorf("marked wrong: %v; want %v", wrong, want)
	}
}

func TestFind(t *testing.T) {
	if s, ok := steps.Find("claim"); !ok || s.Number != 5 {
		t.Errorf("claim: got step %d, %v, want 5, true", s.Number, ok)
	}
	if s, ok := steps.Find("sampler"); !ok || s.Best != "alias" {
		t.Errorf("sampler: got %q, %v, want alias, true", s.Best, ok)
	}
	if s, ok := steps.Find("nonsense"); ok {
		t.Errorf("nonsense: got step %d", s.Number)
	}
}
