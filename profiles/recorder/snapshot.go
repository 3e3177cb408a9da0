package recorder

import (
	"bytes"
	"io"
)

// snapshot is one with its files in memory, on the way to the shelf.
type snapshot struct {
	manifest Manifest
	files    map[string][]byte
}

// write puts a file into the snapshot, or the reason why it is missing: one
// failure must not lose the rest.
func (s *snapshot) write(name string, write func(io.Writer) error) {
	var buffer bytes.Buffer
	if err := write(&buffer); err != nil {
		s.fail(name, err.Error())
		return
	}
	s.files[name] = buffer.Bytes()
	s.manifest.Files[name] = int64(buffer.Len())
}

func (s *snapshot) fail(name, why string) {
	if s.manifest.Failed == nil {
		s.manifest.Failed = map[string]string{}
	}
	s.manifest.Failed[name] = why
}

// bytes is the size of all files, the manifest too.
func (s *snapshot) bytes() int64 {
	sum := int64(len(s.manifest.json()))
	for _, data := range s.files {
		sum += int64(len(data))
	}
	return sum
}
