package flame

import "errors"

// readText reads the formats that people can read.
func readText(data []byte, limits Limits) (*Profile, error) {
	return readLegacy(data, limits)
}

var errNoText = errors.New("no line of it is a stack")
