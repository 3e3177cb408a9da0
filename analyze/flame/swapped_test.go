package flame_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// rounds are profiles of folded text with one %d, a little different each time.
func rounds(t *testing.T, text string) (inputs []flame.Input) {
	t.Helper()
	for n := range 5 {
		inputs = append(inputs, flame.Input{Profile: readText(t, fmt.Sprintf(text, 4000+3*n)), Requests: 100})
	}
	return inputs
}

// TestSwappedWrapper: the same work below a function with another name. The note
// says how to compare it, and that is right.
func TestSwappedWrapper(t *testing.T) {
	t.Parallel()
	const old, new = "main;a/b.(*old).serve;main.handle %d\nmain;a/b.(*old).serve;main.log 900\nmain;gc 800\n",
		"main;a/b.new;main.handle %d\nmain;gc 800\n"
	d, err := flame.Compare(rounds(t, old), rounds(t, new), flame.DefaultDiffOptions())
	if err != nil {
		t.Fatal(err)
	}
	const hide = `b\.\(\*old\)\.serve$|b\.new$`
	want := "in the place of a/b.(*old).serve stands a/b.new, and both call main.handle: what is below them is compared if both are hidden, with --hide '" + hide + "'"
	if !slices.Contains(d.Notes, want) {
		t.Errorf("notes %q", d.Notes)
	}
	twice := func(text string) []flame.Input { // below two callers: said once
		return rounds(t, text+strings.Replace(strings.ReplaceAll(text, "main;a", "main;x;a"), "%d", "4500", 1))
	}
	if d, err = flame.Compare(twice(old), twice(new), flame.DefaultDiffOptions()); err != nil {
		t.Fatal(err)
	}
	if n := slices.Index(d.Notes, want); n < 0 || slices.Contains(d.Notes[n+1:], want) {
		t.Errorf("notes %q", d.Notes)
	}
	for _, other := range []string{
		"main;a/b.new;main.another %d\nmain;gc 800\n",                             // calls something else
		"main;a/b.new;main.handle 90\nmain;a/b.new;main.x %d\nmain;gc 800\n",      // mostly
		"main;a/b.(*old).serve;main.handle %d\nmain;gc 800\n",                     // is still there
		"main;x;a/b.new;main.handle %d\nmain;x;a/b.(*old).serve 5\nmain;gc 800\n", // stands elsewhere
	} {
		d, err := flame.Compare(rounds(t, old), rounds(t, other), flame.DefaultDiffOptions())
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(d.Notes, func(n string) bool { return strings.Contains(n, "in the place of") }) {
			t.Errorf("%q: notes %q", other, d.Notes)
		}
	}
}
