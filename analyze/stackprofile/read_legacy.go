package stackprofile

import "github.com/lotteryctl/lotteryctl/analyze/stackprofile/internal/legacy"

func isLegacy(data []byte) bool { return legacy.Is(headOf(data)) }

// readLegacy reads the formats of before protocol buffers.
func readLegacy(data []byte, limits Limits) (*Profile, error) {
	raw, unnamed, err := legacy.Convert(data)
	if err != nil {
		return nil, err
	}
	p, err := parsePprof(raw, limits)
	if err == nil && unnamed > 0 {
		p.Notes = append(p.Notes, Note{Code: AddressesUnnamed, Count: unnamed})
	}
	return p, err
}
