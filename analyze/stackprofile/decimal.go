package stackprofile

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// mostPlaces is how many decimals of a value are kept.
const mostPlaces = 9

// decimal is a number as it is written: its digits, times ten to the power of
// -places.
type decimal struct {
	digits string // with a sign, if negative; "" if it is whole
	places int
	whole  int64
}

// parseDecimal reads "12", "-0.5", "1e-6". The reason is "" if text is a number.
func parseDecimal(text []byte) (d decimal, reason LineReason) {
	negative := bytes.HasPrefix(text, []byte("-"))
	body := text
	if negative || bytes.HasPrefix(text, []byte("+")) {
		body = text[1:]
	}
	if isDigits(body) && len(body) <= 18 { // nearly always: nothing is allocated
		for _, c := range body {
			d.whole = 10*d.whole + int64(c-'0')
		}
		if negative {
			d.whole = -d.whole
		}
		return d, ""
	}
	if isDigits(body) {
		d.digits = string(body)
	} else {
		mantissa, exponent := body, 0
		if at := bytes.IndexAny(body, "eE"); at > 0 {
			power := body[at+1:]
			if len(power) > 4 || !isDigits(bytes.TrimLeft(power, "+-")) {
				return d, NoNumber
			}
			var err error
			if exponent, err = strconv.Atoi(string(power)); err != nil {
				return d, NoNumber
			}
			mantissa = body[:at]
		}
		whole, part, _ := bytes.Cut(mantissa, []byte("."))
		if joined := string(whole) + string(part); isDigits([]byte(joined)) {
			d = decimal{digits: joined, places: len(part) - exponent}
		} else if commas := bytes.ReplaceAll(body, []byte(","), nil); len(commas) < len(body) && isDigits(bytes.ReplaceAll(commas, []byte("."), nil)) {
			return d, CommaInNumber
		} else {
			return d, NoNumber
		}
		if d.places > 0 { // zeros at the end need no decimals
			kept := strings.TrimRight(d.digits, "0")
			zeros := min(len(d.digits)-len(kept), d.places)
			d.digits, d.places = d.digits[:len(d.digits)-zeros], d.places-zeros
		}
	}
	if d.digits = strings.TrimLeft(d.digits, "0"); d.digits == "" {
		return decimal{}, ""
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
	if d.digits == "" {
		return math.Abs(float64(d.whole))
	}
	f, _ := strconv.ParseFloat(strings.TrimPrefix(d.digits, "-")+"e"+strconv.Itoa(-d.places), 64) // infinite is fine
	return f
}

// times10 is the number times ten to the power of places; rounded says that this
// is no integer. ok is false for what does not fit in 63 bits.
func (d decimal) times10(places int) (v int64, rounded, ok bool) {
	digits := d.digits
	if digits == "" {
		if places == 0 {
			return d.whole, false, true
		}
		digits = strconv.FormatInt(d.whole, 10)
	}
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
