package stackprofile

import (
	"errors"
	"fmt"
)

// readPprof reads what is neither text nor a format of before protocol buffers.
func readPprof(data []byte, limits Limits) (*Profile, error) {
	p, err := parsePprof(data, limits)
	if err != nil {
		return nil, fmt.Errorf("it is not a profile that can be read: %w", err)
	}
	return p, nil
}

// parsePprof reads an uncompressed profile.proto message.
func parsePprof(raw []byte, limits Limits) (*Profile, error) {
	d := &decoder{raw: raw, limits: limits, mappings: map[uint64]uint64{}, functions: map[uint64]functionEntry{}, frames: newFrameTable(), named: map[[2]uint64]string{}}
	if err := d.readTables(); err != nil {
		return nil, err
	}
	if len(d.types) == 0 {
		return nil, errors.New("it names no sample type")
	}
	p, err := d.header()
	if err != nil {
		return nil, err
	}
	if err := d.expandLocations(); err != nil {
		return nil, err
	}
	if err := d.readSamples(p); err != nil {
		return nil, err
	}
	p.frames = d.frames.list
	return p, p.checkTotals()
}
