package experiment

import (
	"fmt"
	"strconv"
	"strings"
)

// StatusSet is a set of HTTP status codes. Nil stands for 100 to 399.
type StatusSet map[int]bool

// ParseStatuses reads a list of codes and classes such as "200,404" or "2xx,409".
func ParseStatuses(text string) (StatusSet, error) {
	set := StatusSet{}
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		if class, ok := strings.CutSuffix(strings.ToLower(word), "xx"); ok && len(class) == 1 && class >= "1" && class <= "5" {
			first := int(class[0]-'0') * 100
			for code := first; code < first+100; code++ {
				set[code] = true
			}
			continue
		}
		code, err := strconv.Atoi(word)
		if err != nil || code < 100 || code > 599 {
			return nil, fmt.Errorf("%q is not an HTTP status; use codes from 100 to 599 or classes, such as 200,404 or 2xx", word)
		}
		set[code] = true
	}
	return set, nil
}

// Good reports whether code is in the set.
func (s StatusSet) Good(code int) bool {
	if s == nil {
		return code >= 100 && code < 400
	}
	return s[code]
}
