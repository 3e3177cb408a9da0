package flame_test

import (
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// TestCauseIsTheOnePartThatChanged: a function that is most of everything and has
// all of the change is named, though the whole changed hardly less relatively.
// Where everything changed alike, everything is.
func TestCauseIsTheOnePartThatChanged(t *testing.T) {
	t.Parallel()
	const old, new = "main;handle;burn 24400\nmain;handle;other 5600\nmain;gc %d\n", "main;handle;burn 63600\nmain;handle;other 5600\nmain;gc %d\n"
	for _, row := range []struct {
		name, old, new string
		want           []string
	}{
		{"grew", old, new, []string{"burn"}},
		{"shrank", new, old, []string{"burn"}},
		{"everything", "main;a 3000\nmain;b 2000\nmain;c %d\n", "main;a 6000\nmain;b 4000\nmain;c %d\nmain;c 4000\n", []string{"everything"}},
	} {
		d, err := flame.Compare(rounds(t, row.old), rounds(t, row.new), flame.DiffOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, i := range d.Causes {
			name := "everything"
			if i > 0 {
				name = d.Names[d.Nodes[i].Name]
			}
			got = append(got, name)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: causes %v, want %v", row.name, got, row.want)
		}
	}
}
