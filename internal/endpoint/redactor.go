package endpoint

import (
	"net/url"
	"slices"
	"strings"
)

// hidden stands where something was left out.
const hidden = "***"

// leastSecret is the fewest bytes of a value that is looked for in output. A
// shorter one is in harmless words too, and protects nothing.
const leastSecret = 6

// leastUser is leastSecret for a user without a password, which is a secret only
// if it is a token: user names are in harmless words.
const leastUser = 16

// redactor leaves out what may be secret, and notes what that was.
type redactor struct{ found []string }

func (r *redactor) secrets() []string {
	return slices.Compact(longestFirst(r.found))
}

func longestFirst(list []string) []string {
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return list
}

// foundValue notes a value as it is written, without quotes, and unescaped.
func (r *redactor) foundValue(value string) {
	_, value, _ = unquote(value)
	r.note(value, leastSecret)
	if plain, err := url.QueryUnescape(value); err == nil {
		r.note(plain, leastSecret)
	}
	if plain, err := url.PathUnescape(value); err == nil {
		r.note(plain, leastSecret)
	}
}

// foundUser notes the user info of a URL: user:password.
func (r *redactor) foundUser(info string) {
	if _, password, ok := strings.Cut(info, ":"); ok {
		r.foundValue(password)
	} else {
		r.note(info, leastUser)
	}
}

func (r *redactor) note(secret string, least int) {
	if len(secret) >= least && secret != hidden {
		r.found = append(r.found, secret)
	}
}

// unquote cuts a word in its opening quote, what is in between, and the closing
// quote. Without quotes around the whole, the two are empty.
func unquote(word string) (begin, inner, end string) {
	if len(word) > 1 && strings.IndexByte(`'"`, word[0]) >= 0 && quoteEnd(word[1:], word[0]) == len(word)-2 {
		return word[:1], word[1 : len(word)-1], word[:1]
	}
	return "", word, ""
}

// quoteEnd finds the closing quote; -1 if there is none.
func quoteEnd(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i
		case text[i] == '\\' && quote == '"':
			i++
		}
	}
	return -1
}
