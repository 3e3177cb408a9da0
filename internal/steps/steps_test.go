package steps_test

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/steps"
)

func TestCatalogueIsWhole(t *testing.T) {
	all := steps.All()
	if len(all) != 8 {
		t.Fatalf("got %d steps, want 8", len(all))
	}
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for i, s := range all {
		if s.Number != i+1 {
			t.Errorf("step %s: number %d at place %d", s.Name, s.Number, i+1)
		}
		if !name.MatchString(s.Name) || seen[s.Name] {
			t.Errorf("step %d: name %q is not a flag value or not unique", s.Number, s.Name)
		}
		seen[s.Name] = true
		for field, value := range reflect.ValueOf(s).Fields() {
			if value.IsZero() {
				t.Errorf("step %d: %s is empty", s.Number, field.Name)
			}
		}
	}
}

func TestFind(t *testing.T) {
	if s, ok := steps.Find("claim"); !ok || s.Number != 5 {
		t.Errorf("claim: got step %d, %v, want 5, true", s.Number, ok)
	}
	if s, ok := steps.Find("nonsense"); ok {
		t.Errorf("nonsense: got step %d", s.Number)
	}
}
