package experiment

import (
	"errors"
	"strings"
)

// SplitCommand splits a command line into the program and its arguments, as a
// shell would do with words, '...', "..." and backslashes, and does nothing
// else that a shell does: no variables, patterns, pipes or redirections. Who
// wants those says sh -c '...'. In "..." a backslash stands for itself unless
// a quote or another backslash follows.
func SplitCommand(text string) ([]string, error) {
	s := splitter{}
	for i := range len(text) { // bytes: what counts is ASCII, the rest passes through
		s.take(text[i])
	}
	switch {
	case s.quote != 0:
		return nil, errors.New("quotes in a command must come in pairs: one " + string(s.quote) + " is missing or too many")
	case s.escaped:
		return nil, errors.New(`a command must not end in a backslash`)
	}
	s.endWord()
	if len(s.words) == 0 || s.words[0] == "" {
		return nil, errors.New("a command must name a program")
	}
	return s.words, nil
}

// splitter is the state between two characters.
type splitter struct {
	words   []string
	word    strings.Builder
	inWord  bool // also when the word is empty so far: ''
	quote   byte // that is open, or 0
	escaped bool // the last character was a backslash that counts
}

func (s *splitter) take(c byte) {
	switch {
	case s.escaped:
		if s.quote == '"' && c != '"' && c != '\\' {
			s.word.WriteByte('\\')
		}
		s.word.WriteByte(c)
		s.escaped = false
	case c == '\\' && s.quote != '\'':
		s.escaped, s.inWord = true, true
	case s.quote != 0 && c == s.quote:
		s.quote = 0
	case s.quote == 0 && (c == '\'' || c == '"'):
		s.quote, s.inWord = c, true
	case s.quote == 0 && strings.IndexByte(" \t\r\n", c) >= 0:
		s.endWord()
	default:
		s.word.WriteByte(c)
		s.inWord = true
	}
}

func (s *splitter) endWord() {
	if s.inWord {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.inWord = false
}
