package stackprofile

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"
)

// isLegacy knows the binary formats of before protocol buffers by four zero
// bytes, with which no protocol buffer begins, and the text formats by their
// first line: "heap profile: 3: 72 [...", "--- contention:".
func isLegacy(data []byte) bool {
	return bytes.HasPrefix(data, make([]byte, 4)) || regexp.MustCompile(`^\s*(---+ *\w+|\w+ profile: )`).Match(headOf(data))
}

// readLegacy reads the formats of before protocol buffers, by google/pprof.
func readLegacy(data []byte, limits Limits) (*Profile, error) {
	if line := secondProfile(data); line > 0 {
		return nil, fmt.Errorf("it holds several profiles, the second from line %d on; write each into a file of its own", line)
	}
	old, err := profile.ParseData(data)
	if err != nil {
		return nil, fmt.Errorf("it is not a profile that can be read: %w", err)
	}
	labelLegacy(old, data)
	unnamed := nameLegacy(old, legacyNames(data))
	var raw bytes.Buffer
	if err := old.WriteUncompressed(&raw); err != nil {
		return nil, err
	}
	p, err := parsePprof(raw.Bytes(), limits)
	if err == nil && unnamed > 0 {
		p.Notes = append(p.Notes, Note{Code: AddressesUnnamed, Count: unnamed})
	}
	return p, err
}

// labelLegacy gives the samples of a goroutine profile their labels, which the
// text has below each of its stacks, as comments that google/pprof leaves out:
//
//	3 @ 0x47dece 0x45f466
//	# labels: {"route":"/a", "tier":"gold"}
func labelLegacy(p *profile.Profile, data []byte) {
	if !countHead().Match(data) {
		return
	}
	stack := regexp.MustCompile(`^\d+ @( 0x[0-9a-f]+)+$`)
	samples := 0
	for _, line := range lines(data) {
		text := string(bytes.TrimSpace(line))
		switch {
		case stack.MatchString(text):
			samples++
		case samples > 0 && samples <= len(p.Sample) && strings.HasPrefix(text, "# labels: {"):
			sample := p.Sample[samples-1]
			for _, l := range dumpLabels(strings.TrimSuffix(strings.TrimPrefix(text, "# labels: {"), "}")) {
				if sample.Label == nil {
					sample.Label = map[string][]string{}
				}
				sample.Label[l.Key] = append(sample.Label[l.Key], l.Text)
			}
		}
	}
}

// secondProfile is the line at which a second profile begins; 0: there is none.
func secondProfile(data []byte) int {
	head := regexp.MustCompile(`^\s*(\w+ profile: |--- *(contention|mutex|heap)\w*:)`)
	heads := 0
	for n, line := range lines(data) {
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

// legacyNames are the functions that Go's text formats (debug=1) write behind
// the addresses, as comments which google/pprof leaves out:
//
//	#	0x4dc2b8	main.leak+0x18	/src/main.go:3
func legacyNames(data []byte) map[uint64]profile.Line {
	// Tabs may have become blanks on the way.
	line := regexp.MustCompile(`^\s*#\s+0x([0-9a-f]+)\s+(.+?)\+0x[0-9a-f]+\s+(.*):(\d+)\s*$`)
	names := map[uint64]profile.Line{}
	for _, text := range lines(data) {
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

// nameLegacy gives the locations of p their names, and says how many that have
// none it took out of stacks.
func nameLegacy(p *profile.Profile, names map[uint64]profile.Line) (unnamed int) {
	if len(names) == 0 {
		return 0
	}
	for _, location := range p.Location {
		name, ok := names[location.Address]
		if !ok || len(location.Line) > 0 {
			continue
		}
		name.Function.ID = uint64(len(p.Function)) + 1
		p.Function = append(p.Function, name.Function)
		location.Line = []profile.Line{name}
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
