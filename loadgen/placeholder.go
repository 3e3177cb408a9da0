package loadgen

import "github.com/lotteryctl/lotteryctl/loadgen/internal/template"

// Placeholder describes one kind of placeholder for help texts.
type Placeholder struct {
	Syntax  string // as written, such as "{{pick a b c}}"
	Meaning string // one line
}

// Placeholders lists what the URL's path and query, header values and the body
// of a Plan may hold. Text in quotes stands for itself, so {{"{{"}} is how a literal
// {{ is written; }} alone needs no escape. Within one request, equal placeholders have equal values
// wherever they stand, so a URL and a body can name the same user; a word after
// user or uuid makes another one: {{uuid a}}, {{uuid b}}. Values are a pure
// function of the seed and the request's number.
func Placeholders() []Placeholder {
	var all []Placeholder
	for _, kind := range template.Kinds() {
		all = append(all, Placeholder(kind))
	}
	return all
}
