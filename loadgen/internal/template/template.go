// Package template renders text with placeholders: request n is a pure function
// of n and the seed.
//
// A [Set] holds the placeholders of one request. [Set.Parse] compiles a text of it
// (the path, a header, the body) to a [Template]. [Set.Render] draws the values of
// request n, and [Template.AppendTo] puts them in place.
package template

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/prng"
)

// Template is text with placeholders, compiled: literal pieces and, between
// them, numbers of values that all templates of one request share.
type Template struct {
	pieces []piece
	escape Escape
}

type piece struct {
	literal string
	value   int // index into values.list when literal is empty
}

// literalOf returns the text of a placeholder that is a quoted one: {{"{{"}} stands
// for {{ itself.
func literalOf(placeholder string) (text string, ok bool) {
	text = strings.TrimSpace(placeholder)
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return "", false
	}
	return text[1 : len(text)-1], true
}

// Escape says which bytes a value may not bring into its surroundings.
type Escape int

const (
	None   Escape = iota // body: bytes are bytes
	URL                  // path and query: what RFC 3986 has in none is written as %XX
	Header               // header value: no controls
)

// Set holds the distinct placeholders of one request and renders each once. When
// all is parsed, it is safe for concurrent use.
type Set struct {
	options Options
	list    []value
	names   []string // the placeholder's words, joined by one space
	seed    prng.Generator
}

// New returns an empty set.
func New(o Options) *Set { return &Set{options: o, seed: prng.New(o.Seed, prng.RequestStream)} }

// Empty reports whether nothing that was parsed has a placeholder.
func (v *Set) Empty() bool { return len(v.list) == 0 }

// Rendered is the scratch of one renderer; reuse it to avoid allocation.
type Rendered struct {
	text []byte
	ends []int
}

// add returns the index of the placeholder, compiling it when it is new.
func (v *Set) add(text string) (int, error) {
	words := strings.Fields(text)
	name := strings.Join(words, " ")
	if i := slices.Index(v.names, name); i >= 0 {
		return i, nil
	}
	val, err := compileValue(words, &v.options)
	if err != nil {
		return 0, err
	}
	v.list = append(v.list, val)
	v.names = append(v.names, name)
	return len(v.list) - 1, nil
}

// Render draws all values of request n.
func (v *Set) Render(r *Rendered, n int64) {
	random := v.seed.At(n)
	r.text, r.ends = r.text[:0], r.ends[:0]
	for _, val := range v.list {
		r.text = val(r.text, n, &random)
		r.ends = append(r.ends, len(r.text))
	}
}

func (r *Rendered) value(i int) []byte {
	start := 0
	if i > 0 {
		start = r.ends[i-1]
	}
	return r.text[start:r.ends[i]]
}

// Parse compiles text; where names it in errors ("body", "URL", ...).
// Positions in errors are bytes counted from 1.
func (v *Set) Parse(where, text string, esc Escape) (Template, error) {
	t := Template{escape: esc}
	for at := 0; at < len(text); {
		open := strings.Index(text[at:], "{{")
		if open < 0 {
			t.add(text[at:])
			break
		}
		t.add(text[at : at+open])
		at += open
		length := strings.Index(text[at:], "}}")
		if length < 0 {
			return t, fmt.Errorf("%s, byte %d: {{ without }}; %s", where, at+1, howToEscape)
		}
		if quoted, ok := literalOf(text[at+2 : at+length]); ok {
			t.add(quoted)
			at += length + 2
			continue
		}
		i, err := v.add(text[at+2 : at+length])
		if err != nil {
			return t, fmt.Errorf("%s, byte %d: %w", where, at+1, err)
		}
		t.pieces = append(t.pieces, piece{value: i})
		at += length + 2
	}
	return t, nil
}

// add appends text that stands for itself.
func (t *Template) add(text string) {
	if t.escape == URL {
		text = string(appendEscaped(nil, []byte(text), URL))
	}
	if text != "" {
		t.pieces = append(t.pieces, piece{literal: text})
	}
}

// AppendTo appends the template with the rendered values.
func (t *Template) AppendTo(dst []byte, r *Rendered) []byte {
	for i := range t.pieces {
		p := &t.pieces[i]
		if p.literal != "" {
			dst = append(dst, p.literal...)
			continue
		}
		dst = appendEscaped(dst, r.value(p.value), t.escape)
	}
	return dst
}

func appendEscaped(dst, val []byte, esc Escape) []byte {
	const hex = "0123456789ABCDEF"
	if esc == None {
		return append(dst, val...)
	}
	for _, c := range val {
		plain := c > ' ' && c < 0x7f && !(esc == URL && notInURL(c)) ||
			esc == Header && (c == ' ' || c == '\t' || c >= 0x80)
		switch {
		case plain:
			dst = append(dst, c)
		case esc == URL:
			dst = append(dst, '%', hex[c>>4], hex[c&0xf])
		default:
			dst = append(dst, ' ')
		}
	}
	return dst
}

// notInURL reports whether no path and no query may have the character, RFC 3986
// section 3.3. Brackets may not either, but browsers send them as they are. A
// percent sign stays: it may begin an escape.
func notInURL(c byte) bool { return strings.IndexByte("\"#<>\\^`{|}", c) >= 0 }
