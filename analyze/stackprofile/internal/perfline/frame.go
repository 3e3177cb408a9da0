package perfline

import (
	"strings"
)

// Frame is one line of a stack.
type Frame struct {
	Function string // its address, if the line has no name; "" if it is unknown
	Mapped   string // "" if unknown
	Inlined  bool
	Address  string // without zeros in front
}

// ParseFrame reads "55d0c8 main.work+0x1f (/usr/bin/service)", without blanks at
// either end. The binary, and the name with it, may be missing.
func ParseFrame(line string) (Frame, bool) {
	address, rest, _ := strings.Cut(line, " ")
	if !isHex(address) {
		return Frame{}, false
	}
	f := Frame{Address: strings.TrimLeft(address, "0")}
	name := strings.TrimSpace(rest)
	if base, inlined := strings.CutSuffix(name, " (inlined)"); inlined {
		name, f.Inlined = base, true
	}
	if at := strings.LastIndex(strings.TrimSuffix(name, " (deleted))"), "("); at >= 0 && strings.HasSuffix(name, ")") && (at == 0 || name[at-1] == ' ') {
		if mapped := name[at+1 : len(name)-1]; isBinary(mapped) {
			name, f.Mapped = strings.TrimSpace(name[:at]), withoutOffset(strings.TrimSuffix(mapped, " (deleted)"))
		}
	}
	if f.Mapped == "[unknown]" {
		f.Mapped = ""
	}
	switch name {
	case "":
		f.Function = "0x" + f.Address // no field of -F has names
	case "[unknown]":
	default:
		f.Function = withoutOffset(name)
	}
	return f, true
}

func isHex(text string) bool {
	return text != "" && len(text) <= 16 && strings.Trim(text, "0123456789abcdef") == ""
}

// isBinary guesses whether what is in brackets behind a name is the file it is
// in. Where -F leaves that out it may be the end of a name of C++.
func isBinary(text string) bool {
	return text != "" && !strings.HasPrefix(text, "anonymous namespace") && !strings.ContainsAny(text, ",*&<>")
}

// withoutOffset removes "+0x1f" from the end of a name.
func withoutOffset(name string) string {
	if plus := strings.LastIndex(name, "+0x"); plus > 0 && isHex(name[plus+3:]) {
		return name[:plus]
	}
	return name
}
