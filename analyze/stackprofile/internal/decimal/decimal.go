// Package decimal reads numbers as text has them, exactly.
package decimal

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
)

// MostPlaces is how many decimals of a value are kept.
const MostPlaces = 9

// Why a text is no number.
var (
	ErrNoNumber = errors.New("it is not a number")
	ErrComma    = errors.New("it has a comma, which may be a decimal point or divide thousands")
)

// Number is a number as it is written: its digits, times ten to the power of
// -places.
type Number struct {
	digits string // with a sign, if negative; "" if it is whole
	places int
	whole  int64
}

// Parse reads "12", "-0.5", "1e-6". The error is [ErrComma] or [ErrNoNumber].
func Parse(text []byte) (d Number, err error) {
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
		return d, nil
	}
	if isDigits(body) {
		d.digits = string(body)
	} else {
		mantissa, exponent := body, 0
		if at := bytes.IndexAny(body, "eE"); at > 0 {
			power := body[at+1:]
			if len(power) > 4 || !isDigits(bytes.TrimLeft(power, "+-")) {
				return d, ErrNoNumber
			}
			if exponent, err = strconv.Atoi(string(power)); err != nil {
				return d, ErrNoNumber
			}
			mantissa = body[:at]
		}
		whole, part, _ := bytes.Cut(mantissa, []byte("."))
		if joined := string(whole) + string(part); isDigits([]byte(joined)) {
			d = Number{digits: joined, places: len(part) - exponent}
		} else if commas := bytes.ReplaceAll(body, []byte(","), nil); len(commas) < len(body) && isDigits(bytes.ReplaceAll(commas, []byte("."), nil)) {
			return d, ErrComma
		} else {
			return d, ErrNoNumber
		}
		if d.places > 0 { // zeros at the end need no decimals
			kept := strings.TrimRight(d.digits, "0")
			zeros := min(len(d.digits)-len(kept), d.places)
			d.digits, d.places = d.digits[:len(d.digits)-zeros], d.places-zeros
		}
	}
	if d.digits = strings.TrimLeft(d.digits, "0"); d.digits == "" {
		return Number{}, nil
	}
	if len(d.digits)-d.places > 19 {
		return d, ErrNoNumber // more than 63 bits
	}
	if negative {
		d.digits = "-" + d.digits
	}
	return d, nil
}

func isDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0
}

// Places is how many decimals the number has; less than 1: none.
func (d Number) Places() int { return d.places }

// Size is about the number without its sign.
func (d Number) Size() float64 {
	if d.digits == "" {
		return math.Abs(float64(d.whole))
	}
	f, _ := strconv.ParseFloat(strings.TrimPrefix(d.digits, "-")+"e"+strconv.Itoa(-d.places), 64) // infinite is fine
	return f
}

// Times10 is the number times ten to the power of places; rounded says that this
// is no integer. ok is false for what does not fit in 63 bits.
func (d Number) Times10(places int) (v int64, rounded, ok bool) {
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
