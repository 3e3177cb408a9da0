// Package packed reads files that may be compressed, up to a limit.
package packed

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ReadAll reads and unpacks all of r, up to limit bytes. Servers sometimes pack
// what is packed already.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := readOnce(r, limit)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	return readOnce(bytes.NewReader(data), limit)
}

// readOnce reads and unpacks r.
func readOnce(r io.Reader, limit int64) ([]byte, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	magic, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	packed := len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b
	if !packed {
		return readUpTo(buffered, limit)
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("its gzip header is damaged: %w", err)
	}
	data, err := readUpTo(unpacked, limit)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("it is truncated: the gzip data end too early")
	case errors.Is(err, gzip.ErrChecksum) || errors.As(err, new(flate.CorruptInputError)):
		return nil, fmt.Errorf("its gzip data are damaged: %w", err)
	}
	return data, err
}

// The first piece that is read at once, and the largest. Pieces are joined at the
// end, which costs one copy; a buffer that grows costs several.
const (
	firstPiece   = 64 << 10
	largestPiece = 4 << 20
)

func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	var pieces [][]byte
	var total int64
	for size := firstPiece; ; size = min(2*size, largestPiece) {
		piece := make([]byte, size)
		n, err := fill(r, piece)
		pieces = append(pieces, piece[:n])
		total += int64(n)
		switch {
		case total > limit:
			return nil, fmt.Errorf("it is larger than %d MiB when unpacked", limit>>20)
		case errors.Is(err, io.EOF):
			return slices.Concat(pieces...), nil
		case err != nil:
			return nil, err
		}
	}
}

// fill reads until piece is full. Unlike io.ReadFull it leaves the reader's
// error as it is: io.EOF is the end, and io.ErrUnexpectedEOF damage.
func fill(r io.Reader, piece []byte) (n int, err error) {
	for n < len(piece) && err == nil {
		var more int
		more, err = r.Read(piece[n:])
		n += more
	}
	return n, err
}
