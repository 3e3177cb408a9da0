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
	d, err := flame.Compare(rounds(t, old), rounds(t, new), flame.DiffOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const hide = `b\.\(\*old\)\.serve$|b\.new$`
	want := flame.Note{Code: flame.FunctionsSwapped, Swap: flame.Swap{Gone: "a/b.(*old).serve", New: "a/b.new", Below: "main.handle", Pattern: hide}}
	if !slices.Contains(d.Notes, want) {
		t.Errorf("notes %+v", d.Notes)
	}
	twice := func(text string) []flame.Input { // below two callers: said once
		return rounds(t, text+strings.Replace(strings.ReplaceAll(text, "main;a", "main;x;a"), "%d", "4500", 1))
	}
	if d, err = flame.Compare(twice(old), twice(new), flame.DiffOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := slices.Index(d.Notes, want); n < 0 || slices.Contains(d.Notes[n+1:], want) {
		t.Errorf("notes %+v", d.Notes)
	}
	for _, other := range []string{
		"main;a/b.new;main.another %d\nmain;gc 800\n",                             // calls something else
		"main;a/b.new;main.handle 90\nmain;a/b.new;main.x %d\nmain;gc 800\n",      // mostly
		"main;a/b.(*old).serve;main.handle %d\nmain;gc 800\n",                     // is still there
		"main;x;a/b.new;main.handle %d\nmain;x;a/b.(*old).serve 5\nmain;gc 800\n", // stands elsewhere
	} {
		d, err := flame.Compare(rounds(t, old), rounds(t, other), flame.DiffOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(d.Notes, func(n flame.Note) bool { return n.Code == flame.FunctionsSwapped }) {
			t.Errorf("%q: notes %+v", other, d.Notes)
		}
	}
}
