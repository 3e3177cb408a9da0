package flamepage

import (
	"fmt"
	"hash/fnv"
	"math"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
)

// paint is a color of frames: on a light page with dark text, on a dark page
// with light text.
type paint struct{ light, dark string }

// hues is how many hues packages share, in two shades each. More could not be
// told apart, and each color is a path of its own in the still picture.
const hues = 36

// packagePaint is the color of a package: always the same for one name, so
// that two pictures of one service look alike. Packages of Go's library are
// paler than others, and the runtime, which nobody calls by name, is grey.
func packagePaint(pkg string) paint {
	if pkg == "runtime" || strings.HasPrefix(pkg, "runtime/") || strings.HasPrefix(pkg, "internal/runtime/") {
		return greyPaint()
	}
	sum := fnv.New32a()
	sum.Write([]byte(pkg))
	hue, shade := float64(sum.Sum32()%hues)*360/hues, float64(sum.Sum32()/hues%2)*0.06
	chroma := 0.115
	if isStandard(pkg) {
		chroma = 0.06
	}
	return paint{light: oklch(0.86-shade, chroma, hue), dark: oklch(0.45-shade, chroma*0.8, hue)}
}

// isStandard reports whether a package looks like one of Go's own: its path
// does not begin with a domain.
func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return first != "main" && !strings.Contains(first, ".")
}

func greyPaint() paint { return paint{light: oklch(0.88, 0.006, 250), dark: oklch(0.36, 0.01, 250)} }

func rootPaint() paint { return paint{light: oklch(0.92, 0.012, 250), dark: oklch(0.31, 0.015, 250)} }

func madePaint() paint { return paint{light: oklch(0.93, 0.03, 90), dark: oklch(0.34, 0.03, 90)} }

// changeSteps is how many shades a change has in either direction.
const changeSteps = 5

// changePaints are the colors of a diff: grey for what is within noise, then
// red for more and blue for less, paler to stronger: a pair that color-blind
// people tell apart.
func changePaints() []paint {
	paints := []paint{greyPaint()}
	for _, hue := range []float64{27, 250} {
		for step := range changeSteps {
			t := float64(step) / (changeSteps - 1)
			paints = append(paints, paint{
				light: oklch(0.90-0.21*t, 0.05+0.11*t, hue),
				dark:  oklch(0.34+0.16*t, 0.06+0.09*t, hue),
			})
		}
	}
	return paints
}

// changePaint is the index into changePaints of a change, where the largest
// that is certain has the strongest color.
func changePaint(c flame.Change, largest float64) int32 {
	if c.Significance == flame.WithinNoise || largest <= 0 {
		return 0
	}
	share := math.Sqrt(min(1, math.Abs(c.Delta())/largest))
	step := int32(math.Round(share * (changeSteps - 1)))
	if c.Delta() < 0 {
		return 1 + changeSteps + step
	}
	return 1 + step
}

// oklch is a color by lightness (0 to 1), chroma and hue in degrees, of which
// equal steps look equal to people; as #rrggbb, in the sRGB gamut. The formula
// is that of Björn Ottosson's OKLab.
func oklch(lightness, chroma, hue float64) string {
	sin, cos := math.Sincos(hue * math.Pi / 180)
	a, b := chroma*cos, chroma*sin
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	return fmt.Sprintf("#%02x%02x%02x",
		sRGB(4.0767416621*l-3.3077115913*m+0.2309699292*s),
		sRGB(-1.2684380046*l+2.6097574011*m-0.3413193965*s),
		sRGB(-0.0041960863*l-0.7034186147*m+1.7076147010*s))
}

func cube(x float64) float64 { return x * x * x }

// sRGB is a channel from 0 to 255 for linear light from 0 to 1.
func sRGB(linear float64) int {
	linear = min(max(linear, 0), 1)
	if linear <= 0.0031308 {
		return int(math.Round(255 * 12.92 * linear))
	}
	return int(math.Round(255 * (1.055*math.Pow(linear, 1/2.4) - 0.055)))
}
