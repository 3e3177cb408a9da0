package plaintext

import (
	"strconv"
	"strings"
)

// Label is a mark of a goroutine.
type Label struct{ Key, Value string }

// Labels reads `"route": "/draw", "tier": "gold"`, with or without blanks
// behind the colons.
func Labels(text string) (labels []Label) {
	for text != "" {
		key, rest, ok := cutQuoted(text)
		if !ok || !strings.HasPrefix(rest, ":") {
			break
		}
		value, rest, ok := cutQuoted(strings.TrimPrefix(rest[1:], " "))
		if !ok {
			break
		}
		labels = append(labels, Label{key, value})
		text = strings.TrimPrefix(rest, ", ")
	}
	return labels
}

func cutQuoted(text string) (value, rest string, ok bool) {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", false
	}
	value, err = strconv.Unquote(quoted)
	return value, text[len(quoted):], err == nil
}
