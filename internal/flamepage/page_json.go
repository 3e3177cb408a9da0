package flamepage

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// jsonText writes JSON that may stand in a script element of HTML or of SVG as
// it is: strings hold no character with a meaning in markup. It is written by
// hand because pages have tens of thousands of numbers.
type jsonText struct{ text []byte }

// key begins a member of the object under way.
func (j *jsonText) key(name string) {
	j.comma()
	j.str(name)
	j.text = append(j.text, ':')
}

// comma goes before the next element, unless it is the first.
func (j *jsonText) comma() {
	if n := len(j.text); n > 0 && j.text[n-1] != '{' && j.text[n-1] != '[' {
		j.text = append(j.text, ',')
	}
}

func (j *jsonText) strMember(name, value string) {
	j.key(name)
	j.str(value)
}

func (j *jsonText) boolMember(name string, value bool) {
	j.key(name)
	j.text = strconv.AppendBool(j.text, value)
}

func (j *jsonText) intMember(name string, value int64) {
	j.key(name)
	j.text = strconv.AppendInt(j.text, value, 10)
}

func (j *jsonText) floatMember(name string, value float64) {
	j.key(name)
	j.float(value, 17)
}

func (j *jsonText) strsMember(name string, values []string) {
	j.list(name, len(values), func(i int) { j.str(values[i]) })
}

// list adds an array of n elements, each of which add writes.
func (j *jsonText) list(name string, n int, add func(i int)) {
	j.key(name)
	j.text = append(j.text, '[')
	for i := range n {
		if i > 0 {
			j.text = append(j.text, ',')
		}
		add(i)
	}
	j.text = append(j.text, ']')
}

// ints adds an array of n whole numbers.
func (j *jsonText) ints(name string, n int, value func(i int) int64) {
	j.list(name, n, func(i int) { j.text = strconv.AppendInt(j.text, value(i), 10) })
}

// floats adds an array of n numbers to so many digits. What is not known (NaN)
// is null.
func (j *jsonText) floats(name string, n, digits int, value func(i int) float64) {
	j.list(name, n, func(i int) { j.float(value(i), digits) })
}

func (j *jsonText) float(v float64, digits int) {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		j.text = append(j.text, "null"...)
	case v == math.Trunc(v) && math.Abs(v) < 1e6:
		j.text = strconv.AppendInt(j.text, int64(v), 10)
	default:
		j.text = strconv.AppendFloat(j.text, v, 'g', digits, 64)
	}
}

// digits adds a string with one character for each of n numbers below 26.
func (j *jsonText) digits(name string, n int, value func(i int) int) {
	j.key(name)
	j.text = append(j.text, '"')
	for i := range n {
		j.text = append(j.text, 'a'+byte(value(i)))
	}
	j.text = append(j.text, '"')
}

func (j *jsonText) str(s string) {
	j.text = append(j.text, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			j.text = append(j.text, '\\', byte(r))
		case r < 0x20 || r == '<' || r == '>' || r == '&' || r == '\'' || r == 0x7f || r >= 0xd800 && r < 0x10000 || r == 0x2028 || r == 0x2029:
			j.text = append(j.text, '\\', 'u', hexDigit(r>>12), hexDigit(r>>8), hexDigit(r>>4), hexDigit(r))
		default:
			j.text = utf8.AppendRune(j.text, r)
		}
	}
	j.text = append(j.text, '"')
}

func hexDigit(r rune) byte { return "0123456789abcdef"[r&15] }

// frameFlags are what the script shows besides a frame's color: 0 to 2 for how
// often it was inlined, and 3 if it was made.
func frameFlags(inlined stackprofile.Inlining, made bool) int {
	if made {
		return 3
	}
	return int(inlined)
}

func shownTexts(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = shownName(text)
	}
	return shown
}
