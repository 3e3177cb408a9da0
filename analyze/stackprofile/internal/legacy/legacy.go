// Package legacy turns profiles of before protocol buffers into protocol buffers.
package legacy

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/plaintext"
)

// Is knows the binary formats by four zero bytes, with which no protocol buffer
// begins, and the text formats by their first line: "heap profile: 3: 72 [...",
// "--- contention:".
func Is(head []byte) bool {
	return bytes.HasPrefix(head, make([]byte, 4)) || regexp.MustCompile(`^\s*(---+ *\w+|\w+ profile: )`).Match(head)
}

// Convert reads them by google/pprof, and returns an uncompressed message of
// profile.proto. The names and labels of Go's text are in it. Unnamed addresses
// are left out of stacks in which others have a name.
func Convert(data []byte) (raw []byte, unnamed int, err error) {
	if line := second(data); line > 0 {
		return nil, 0, fmt.Errorf("it holds several profiles, the second from line %d on; write each into a file of its own", line)
	}
	old, err := profile.ParseData(data)
	if err != nil {
		return nil, 0, fmt.Errorf("it is not a profile that can be read: %w", err)
	}
	label(old, data)
	unnamed = name(old, names(data))
	var out bytes.Buffer
	err = old.WriteUncompressed(&out)
	return out.Bytes(), unnamed, err
}

// label gives the samples of a goroutine profile their labels, which the
// text has below each of its stacks, as comments that google/pprof leaves out:
//
//	3 @ 0x47dece 0x45f466
//	# labels: {"route":"/a", "tier":"gold"}
func label(p *profile.Profile, data []byte) {
	if !countHead().Match(data) {
		return
	}
	stack := regexp.MustCompile(`^\d+ @( 0x[0-9a-f]+)+$`)
	samples := 0
	for line := range bytes.Lines(data) {
		text := string(bytes.TrimSpace(line))
		switch {
		case stack.MatchString(text):
			samples++
		case samples > 0 && samples <= len(p.Sample) && strings.HasPrefix(text, "# labels: {"):
			sample := p.Sample[samples-1]
			for _, l := range plaintext.Labels(strings.TrimSuffix(strings.TrimPrefix(text, "# labels: {"), "}")) {
				if sample.Label == nil {
					sample.Label = map[string][]string{}
				}
				sample.Label[l.Key] = append(sample.Label[l.Key], l.Value)
			}
		}
	}
}

// second is the line at which a second profile begins; 0: there is none.
func second(data []byte) int {
	head := regexp.MustCompile(`^\s*(\w+ profile: |--- *(contention|mutex|heap)\w*:)`)
	heads, n := 0, 0
	for line := range bytes.Lines(data) {
		n++
		if head.Match(line) {
			if heads++; heads > 1 {
				return n
			}
		}
	}
	return 0
}

// countHead matches the beginning of Go's text of a goroutine profile.
func countHead() *regexp.Regexp { return regexp.MustCompile(`^\s*\w+ profile: total \d+`) }

// names are the functions that Go's text formats (debug=1) write behind
// the addresses, as comments which google/pprof leaves out:
//
//	#	0x4dc2b8	main.leak+0x18	/src/main.go:3
func names(data []byte) map[uint64]profile.Line {
	// Tabs may have become blanks on the way.
	line := regexp.MustCompile(`^\s*#\s+0x([0-9a-f]+)\s+(.+?)\+0x[0-9a-f]+\s+(.*):(\d+)\s*$`)
	names := map[uint64]profile.Line{}
	for text := range bytes.Lines(data) {
		parts := line.FindSubmatch(text)
		if parts == nil {
			continue
		}
		address, err := strconv.ParseUint(string(parts[1]), 16, 64)
		number, err2 := strconv.ParseInt(string(parts[4]), 10, 64)
		if err == nil && err2 == nil {
			names[address] = profile.Line{Function: &profile.Function{Name: string(parts[2]), Filename: string(parts[3])}, Line: number}
		}
	}
	return names
}

// name gives the locations of p their names, and says how many that have
// none it took out of stacks.
func name(p *profile.Profile, named map[uint64]profile.Line) (unnamed int) {
	if len(named) == 0 {
		return 0
	}
	for _, location := range p.Location {
		line, ok := named[location.Address]
		if !ok || len(location.Line) > 0 {
			continue
		}
		line.Function.ID = uint64(len(p.Function)) + 1
		p.Function = append(p.Function, line.Function)
		location.Line = []profile.Line{line}
	}
	left := map[*profile.Location]bool{}
	for _, sample := range p.Sample {
		var named []*profile.Location
		for _, location := range sample.Location {
			if len(location.Line) > 0 {
				named = append(named, location)
			}
		}
		if len(named) == 0 || len(named) == len(sample.Location) {
			continue
		}
		for _, location := range sample.Location {
			left[location] = left[location] || len(location.Line) == 0
		}
		sample.Location = named
	}
	for _, gone := range left {
		if gone {
			unnamed++
		}
	}
	return unnamed
}
