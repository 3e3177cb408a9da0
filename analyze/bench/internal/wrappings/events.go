package wrappings

import (
	"bytes"
	"encoding/json"
	"slices"
)

// event is a line of `go test -json`.
type event struct {
	Action, Package, Test, Output string
}

// parseEvent reads a line of `go test -json`; false if it is none.
func parseEvent(line []byte) (e event, ok bool) {
	if len(line) == 0 || line[0] != '{' || !bytes.Contains(line, []byte(`"Action"`)) {
		return e, false
	}
	err := json.Unmarshal(line, &e)
	return e, err == nil && e.Action != ""
}

// isHalfEvent tells an event that was cut, or mixed with another one, from other
// text between events.
func isHalfEvent(line []byte) bool {
	line = bytes.TrimSpace(line)
	return bytes.HasPrefix(line, []byte(`{"`)) && !json.Valid(line)
}

// outputLine is a line of a package's output, and the line of the input in which
// it ends.
type outputLine struct {
	text   []byte
	origin int
}

// output is what one package has printed. Packages run side by side and their
// events are mixed, so each is kept until it ends: a "pkg:" line must not count
// for the results of another package.
type output struct {
	name    string
	lines   []outputLine
	partial []byte // an event ends anywhere: name and result are two events
}

// outputs are those of all packages that run, in the order of their first event.
type outputs struct{ running []*output }

// add takes an event of the given line and returns what is complete by it.
func (o *outputs) add(e event, origin int) []outputLine {
	switch {
	case e.Action == "output":
		o.of(e.Package).add(e.Output, origin)
	case e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
		return o.end(e.Package, origin)
	}
	return nil
}

func (o *outputs) of(name string) *output {
	for _, p := range o.running {
		if p.name == name {
			return p
		}
	}
	p := &output{name: name}
	o.running = append(o.running, p)
	return p
}

// end returns all that a package has printed.
func (o *outputs) end(name string, origin int) []outputLine {
	for i, p := range o.running {
		if p.name == name {
			o.running = append(o.running[:i:i], o.running[i+1:]...)
			return p.all(origin)
		}
	}
	return nil
}

// rest returns what packages printed that have no end: the input was cut.
func (o *outputs) rest(origin int) (all []outputLine) {
	for _, p := range o.running {
		all = append(all, p.all(origin)...)
	}
	o.running = nil
	return all
}

func (p *output) add(text string, origin int) {
	p.partial = append(p.partial, text...)
	for {
		line, rest, ended := bytes.Cut(p.partial, []byte("\n"))
		if !ended {
			return
		}
		p.keep(line, origin)
		p.partial = append([]byte(nil), rest...)
	}
}

func (p *output) all(origin int) []outputLine {
	if len(p.partial) > 0 {
		p.keep(p.partial, origin)
		p.partial = nil
	}
	return p.ofPackage()
}

// ofPackage is the lines with the name of the package before the first result,
// if they do not have it: else the results would count for the package before.
func (p *output) ofPackage() []outputLine {
	first := -1
	for i, line := range p.lines {
		if bytes.HasPrefix(line.text, []byte("pkg:")) {
			return p.lines
		}
		if first < 0 && bytes.HasPrefix(line.text, []byte("Benchmark")) {
			first = i
		}
	}
	if p.name == "" || first < 0 {
		return p.lines
	}
	return slices.Insert(p.lines, first, outputLine{[]byte("pkg: " + p.name), p.lines[first].origin})
}

// keep leaves out what says nothing about benchmarks, so that the log of a long
// run takes no memory.
func (p *output) keep(line []byte, origin int) {
	if matters(line) {
		p.lines = append(p.lines, outputLine{bytes.Clone(line), origin})
	}
}

// matters reports whether a line may be a result, configuration or a unit.
func matters(line []byte) bool {
	return bytes.Contains(line, []byte("Benchmark")) || bytes.HasPrefix(line, []byte("Unit")) ||
		bytes.Contains(line, []byte(": ")) || bytes.HasSuffix(bytes.TrimRight(line, "\r"), []byte(":")) || bytes.IndexByte(line, '\t') >= 0
}
