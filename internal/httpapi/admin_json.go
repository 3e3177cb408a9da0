package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// writeJSON answers with v, indented: the admin port is read by people.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the client is gone; nobody is left to tell
}

// readJSON reads one JSON value of at most limit bytes into v: no unknown
// fields, nothing after it.
func readJSON(w http.ResponseWriter, r *http.Request, v any, limit int64) error {
	if err := checkContentType(r); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return bodyTooLarge(limit)
	}
	if err != nil {
		return brokenBody(err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err == io.EOF {
		return lottery.Refuse(lottery.KindMalformed, "the body is empty; send one JSON object")
	} else if err != nil {
		return lottery.Refuse(lottery.KindMalformed, "the body is not valid JSON for this path, near byte %d: %s",
			d.InputOffset(), strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return lottery.Refuse(lottery.KindMalformed, "there is more data after the JSON object at byte %d; send one object and nothing else", d.InputOffset())
	}
	return nil
}
