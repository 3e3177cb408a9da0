package endpoint

import "strings"

// placeholder returns the length of the placeholder {{...}} that text begins
// with; 0 if it begins with none.
func placeholder(text string) int {
	if !strings.HasPrefix(text, "{{") {
		return 0
	}
	end := strings.Index(text, "}}")
	if end < 0 {
		return 0
	}
	return end + len("}}")
}

// indexOutside finds the first of some ASCII characters that is in no
// placeholder. It is the length of text if there is none.
func indexOutside(text, characters string) int {
	for i := 0; i < len(text); {
		if n := placeholder(text[i:]); n > 0 {
			i += n
			continue
		}
		if strings.IndexByte(characters, text[i]) >= 0 {
			return i
		}
		i++
	}
	return len(text)
}

// withoutPlaceholders puts another text in the place of each placeholder.
func withoutPlaceholders(text, instead string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if n := placeholder(text[i:]); n > 0 {
			b.WriteString(instead)
			i += n
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// hide replaces a value by ***, but for its placeholders.
func (r *redactor) hide(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); {
		if n := variable(value[i:]); n > 0 {
			b.WriteString(value[i : i+n])
			i += n
			continue
		}
		b.WriteString(hidden)
		begin := i
		for i++; i < len(value) && variable(value[i:]) == 0; i++ {
		}
		r.foundValue(value[begin:i])
	}
	return b.String()
}

// variable is the length of a placeholder that text begins with, other than one
// in quotes, which stands for its own text: {{"text"}}.
func variable(text string) int {
	n := placeholder(text)
	if n > 0 && strings.HasPrefix(strings.TrimLeft(text[2:], " \t"), `"`) {
		return 0
	}
	return n
}
