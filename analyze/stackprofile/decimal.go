package stackprofile

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// mostPlaces is how many decimals of a value are kept.
const mostPlaces = 9

// decimal is a number as it is written: its digits, times ten to the power of
// -places.
type decimal struct {
	digits string // with a sign, if negative
	places int
}

// parseDecimal reads "12", "-0.5", "1e-6". The reason is "" if text is a number.
func parseDecimal(text []byte) (d decimal, reason LineReason) {
	negative := bytes.HasPrefix(text, []byte("-"))
	body := bytes.TrimPrefix(bytes.TrimPrefix(text, []byte("-")), []byte("+"))
	if isDigits(body) {
		d.digits = string(body)
	} else {
		parts := regexp.MustCompile(`^([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,3}))?$`).FindSubmatch(body)
		if parts == nil || len(parts[1])+len(parts[2]) == 0 {
			if regexp.MustCompile(`^[0-9]+(,[0-9]+)+(\.[0-9]+)?$`).Match(body) {
				return d, CommaInNumber
			}
			return d, NoNumber
		}
		exponent, _ := strconv.Atoi(string(parts[3])) // "" is 0
		d = decimal{string(parts[1]) + string(parts[2]), len(parts[2]) - exponent}
		if d.places > 0 { // zeros at the end need no decimals
			kept := strings.TrimRight(d.digits, "0")
			zeros := min(len(d.digits)-len(kept), d.places)
			d.digits, d.places = d.digits[:len(d.digits)-zeros], d.places-zeros
		}
	}
	if d.digits = strings.TrimLeft(d.digits, "0"); d.digits == "" {
		return decimal{"0", 0}, ""
	}
	if len(d.digits)-d.places > 19 {
		return d, NoNumber // more than 63 bits
	}
	if negative {
		d.digits = "-" + d.digits
	}
	return d, ""
}

func isDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0
}

// size is about the number without its sign.
func (d decimal) size() float64 {
	f, _ := strconv.ParseFloat(strings.TrimPrefix(d.digits, "-")+"e"+strconv.Itoa(-d.places), 64) // infinite is fine
	return f
}

// times10 is the number times ten to the power of places; rounded says that this
// is no integer. ok is false for what does not fit in 63 bits.
func (d decimal) times10(places int) (v int64, rounded, ok bool) {
	digits := d.digits
	if zeros := places - d.places; zeros >= 0 {
		digits += strings.Repeat("0", zeros)
	} else {
		rounded = true
		sign, body := "", digits
		if strings.HasPrefix(digits, "-") {
			sign, body = "-", digits[1:]
		}
		if len(body) < 1-zeros {
			body = strings.Repeat("0", 1-zeros-len(body)) + body
		}
		digits = sign + body[:len(body)+zeros]
		defer func(up bool) {
			switch {
			case up && sign == "":
				v++
			case up:
				v--
			}
		}(body[len(body)+zeros] >= '5')
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	return v, rounded, err == nil
}
