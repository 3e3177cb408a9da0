package template

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/lotteryctl/lotteryctl/loadgen/internal/prng"
)

// Kind is one kind of placeholder.
type Kind struct {
	Syntax  string // as written, such as "{{pick a b c}}"
	Meaning string // one line
}

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{
		{"{{seq}}", "number of the request: 0, 1, 2, ..."},
		{"{{user}}", "a random user of the population: user-0 ... user-9999"},
		{"{{uuid}}", "a random UUID (version 4 layout)"},
		{"{{pick a b c}}", "one of the words, chosen at random"},
		{"{{line FILE}}", "a line of FILE: in order, then from the beginning again"},
		{`{{"text"}}`, `the text as it is: {{"{{"}} stands for {{`},
	}
}

// Options say what the placeholders of a request choose from.
type Options struct {
	Users int   // how many users there are
	Files fs.FS // where {{line FILE}} looks; nil for none
	Seed  uint64
}

// value appends one placeholder's value for request n to dst.
type value func(dst []byte, n int64, random *prng.Generator) []byte

// compileValue turns the words between {{ and }} into a value.
func compileValue(words []string, o *Options) (value, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("empty placeholder; use %s; %s", knownPlaceholders(), howToEscape)
	}
	name, args := words[0], words[1:]
	switch name {
	case "seq":
		return seqValue, atMost(name, args, 0)
	case "user":
		return userValue(o.Users), atMost(name, args, 1)
	case "uuid":
		return uuidValue, atMost(name, args, 1)
	case "pick":
		if len(args) == 0 {
			return nil, fmt.Errorf("{{pick}} needs the words to choose from: {{pick a b c}}")
		}
		return pickValue(args), nil
	case "line":
		if len(args) != 1 {
			return nil, fmt.Errorf("{{line}} needs one file name: {{line FILE}}")
		}
		return lineValue(args[0], o.Files)
	}
	return nil, fmt.Errorf("unknown placeholder %q; use %s; %s", name, knownPlaceholders(), howToEscape)
}

// howToEscape is for those who meant no placeholder.
const howToEscape = `write {{"{{"}} for {{ itself`

func knownPlaceholders() string {
	var all []string
	for _, p := range Kinds() {
		if !strings.Contains(p.Syntax, `"`) {
			all = append(all, p.Syntax)
		}
	}
	return strings.Join(all, ", ")
}

func atMost(name string, args []string, n int) error {
	if len(args) <= n {
		return nil
	}
	return fmt.Errorf("{{%s}} takes at most %d words, not %q", name, n, strings.Join(args, " "))
}

func seqValue(dst []byte, n int64, _ *prng.Generator) []byte { return strconv.AppendInt(dst, n, 10) }

func userValue(population int) value {
	return func(dst []byte, _ int64, random *prng.Generator) []byte {
		return strconv.AppendInt(append(dst, "user-"...), int64(random.Below(population)), 10)
	}
}

// uuidValue writes a UUID in the layout of RFC 9562 version 4. It is random
// enough not to repeat and, unlike a real one, the same under the same seed.
func uuidValue(dst []byte, _ int64, random *prng.Generator) []byte {
	const digits = "0123456789abcdef"
	hi := random.Uint64()&^0xf000 | 0x4000
	lo := random.Uint64()&^(0xc<<60) | 0x8<<60
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			dst = append(dst, '-')
		}
		half := hi
		if i >= 16 {
			half = lo
		}
		dst = append(dst, digits[half>>(60-i%16*4)&0xf])
	}
	return dst
}

func pickValue(words []string) value {
	return func(dst []byte, _ int64, random *prng.Generator) []byte {
		return append(dst, words[random.Below(len(words))]...)
	}
}

// lineValue reads the file now, so that a run touches no disk and a missing
// file is known before the first request. Empty lines are left out.
func lineValue(name string, files fs.FS) (value, error) {
	if files == nil {
		return nil, fmt.Errorf("{{line %s}}: no files were given to read from", name)
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("{{line %s}}: %w", name, err)
	}
	var lines []string
	scan := bufio.NewScanner(bytes.NewReader(text))
	scan.Buffer(nil, len(text)+1)
	for scan.Scan() {
		if line := strings.TrimRight(scan.Text(), "\r"); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("{{line %s}}: the file has no lines", name)
	}
	return func(dst []byte, n int64, _ *prng.Generator) []byte {
		return append(dst, lines[n%int64(len(lines))]...)
	}, nil
}
