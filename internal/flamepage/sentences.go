package flamepage

import (
	"fmt"
	"math"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/analyze/units"
)

// Sentences say in a line each what is certain to have changed: first the
// causes, then the functions, at most most of either (0: all). None: no change is
// certain.
func Sentences(d *flame.Diff, most int) (lines []string) {
	for _, c := range d.Certain(most) {
		name := "the whole profile"
		if c.Name >= 0 {
			name = stackprofile.FoldedName(d.Names[c.Name])
		}
		switch c.Place {
		case flame.InFunction:
			name += " itself"
		case flame.WithCallees:
			name += " with its callees"
		default:
			name = "changed in " + name
		}
		if c.Caller >= 0 {
			name += ", called by " + stackprofile.FoldedName(d.Names[c.Caller])
		}
		lines = append(lines, name+": "+changeWords(d, c.Change))
	}
	return lines
}

// signed is a difference with its sign in any case. Of shares it is in points: 1 %
// more would be a hundredth of the share.
func signed(v float64, unit string) string {
	sign := "+"
	if v < 0 {
		sign, v = "-", -v
	}
	if unit == "%" {
		return sign + units.Rough(v, "") + " points"
	}
	return sign + units.Rough(v, unit)
}

// changeWords is "10 µs/request to 12 µs/request, +2 µs/request (+20 %), 95 % in
// +1.5 µs .. +2.5 µs, p = 0.002, corrected for all frames: grew". The interval is of this change
// alone and the p-value corrected for all, so that they can disagree.
func changeWords(d *flame.Diff, c flame.Change) string {
	text := fmt.Sprintf("%s to %s, %s", units.Rough(c.Old, d.Unit), units.Rough(c.New, d.Unit), signed(c.Delta(), d.Unit))
	if c.Old != 0 {
		text += " (" + units.Change(c.New/c.Old) + ")"
	}
	if !math.IsNaN(c.Low) && !math.IsNaN(c.High) {
		text += fmt.Sprintf(", 95 %% interval %s to %s", signed(c.Low, d.Unit), signed(c.High, d.Unit))
	}
	if !math.IsNaN(c.P) {
		text += ", " + units.PText(c.P) + ", corrected for all frames"
	}
	if d.Evidence == flame.FromNothing && c.Significance != flame.WithinNoise {
		return text + ": " + c.Significance.String() + ", by size only"
	}
	return text + ": " + c.Significance.String()
}
