package profiles

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/google/pprof/profile"
)

// readProfile reads a whole profile, gzipped or not, of at most limit bytes
// compressed and decompressed, and returns it as it came and parsed. Whoever has
// the turn unpacks and parses, which takes many times the memory of what came.
func readProfile(r io.Reader, limit int64, turn chan struct{}) (raw []byte, p *profile.Profile, err error) {
	if raw, err = readAll(r, limit); err != nil {
		return nil, nil, err
	}
	turn <- struct{}{}
	defer func() { <-turn }()
	data, err := decompress(raw, limit)
	if err == nil && isGzip(data) { // packed by the service and again by what is in between
		raw = data
		data, err = decompress(raw, limit)
	}
	if err != nil {
		return nil, nil, err
	}
	if p, err = profile.ParseUncompressed(data); err == nil {
		err = p.CheckValid()
	}
	if err == nil && len(p.SampleType) == 0 {
		err = fmt.Errorf("it has no sample types")
	}
	if err != nil {
		said := firstLine(err.Error())
		if text, ok := plainText(data); ok {
			said = strconv.Quote(text)
		}
		return nil, nil, &Failure{Code: FailNotProfile, Said: said}
	}
	return raw, p, nil
}

// plainText is the first line of what is a text for people, such as that of a
// service that does not allow profiles. The parser would speak of wire types.
func plainText(data []byte) (line string, ok bool) {
	const most = 200
	begin := data[:min(len(data), most)]
	for cut := 0; len(data) > most && cut < utf8.UTFMax-1 && !utf8.Valid(begin); cut++ {
		begin = begin[:len(begin)-1] // of a letter cut in two
	}
	begin = bytes.TrimSpace(begin)
	if len(begin) == 0 {
		return "", false
	}
	for _, r := range string(begin) {
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return "", false
		}
	}
	return firstLine(string(begin)), true
}

// readText reads a text, which may be gzipped although nobody asked for that.
func readText(r io.Reader, limit int64) ([]byte, error) {
	text, err := readAll(r, limit)
	if err == nil && isGzip(text) {
		return decompress(text, limit)
	}
	return text, err
}

// readAll reads at most limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	begin := bufio.NewReader(r)
	if first, err := begin.Peek(1); err == nil && first[0] == 0 { // of no profile or text, but of endless zeros
		return nil, &Failure{Code: FailNotProfile, Said: "it begins with a zero"}
	}
	data, err := io.ReadAll(io.LimitReader(begin, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &Failure{Code: FailTooLarge, MaxBytes: limit}
	}
	return data, err
}

// decompress undoes gzip, by its magic number, and refuses what is obviously
// something else.
func decompress(raw []byte, limit int64) ([]byte, error) {
	switch trimmed := bytes.TrimSpace(raw); {
	case len(trimmed) == 0:
		return nil, &Failure{Code: FailEmptyAnswer}
	case trimmed[0] == '<':
		return nil, &Failure{Code: FailHTMLAnswer}
	case !isGzip(raw):
		return raw, nil
	}
	unzip, err := gzip.NewReader(bytes.NewReader(raw))
	var data []byte
	if err == nil {
		data, err = readAll(unzip, limit)
	}
	if _, ours := err.(*Failure); err != nil && !ours {
		err = &Failure{Code: FailDamagedGzip, Said: err.Error()}
	}
	return data, err
}

func isGzip(raw []byte) bool { return len(raw) > 2 && raw[0] == 0x1f && raw[1] == 0x8b }

// encode is the profile gzipped.
func encode(p *profile.Profile) ([]byte, error) {
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
