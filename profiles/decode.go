package profiles

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

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
		return nil, nil, &fetchError{hopeless, fmt.Sprintf("the answer is no profile: %s", firstLine(err.Error()))}
	}
	return raw, p, nil
}

// readAll reads at most limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	begin := bufio.NewReader(r)
	if first, err := begin.Peek(1); err == nil && first[0] == 0 { // of no profile or text, but of endless zeros
		return nil, &fetchError{hopeless, "the answer is no profile: it begins with a zero"}
	}
	data, err := io.ReadAll(io.LimitReader(begin, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &fetchError{hopeless, fmt.Sprintf("the answer is larger than %s, the bound on one profile", sizeText(limit))}
	}
	return data, err
}

// decompress undoes gzip, by its magic number, and refuses what is obviously
// something else.
func decompress(raw []byte, limit int64) ([]byte, error) {
	switch trimmed := bytes.TrimSpace(raw); {
	case len(trimmed) == 0:
		return nil, &fetchError{hopeless, "the answer is empty"}
	case trimmed[0] == '<':
		return nil, &fetchError{hopeless, "the answer is a page of HTML and no profile: perhaps a login, or another server on that port"}
	case !isGzip(raw):
		return raw, nil
	}
	unzip, err := gzip.NewReader(bytes.NewReader(raw))
	var data []byte
	if err == nil {
		data, err = readAll(unzip, limit)
	}
	if _, ours := err.(*fetchError); err != nil && !ours {
		err = &fetchError{hopeless, fmt.Sprintf("the answer's gzip is damaged or cut off (%v)", err)}
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

func sizeText(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.4g MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.4g KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
