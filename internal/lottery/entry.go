package lottery

import "unicode/utf8"

// Sizes of what a client sends, in bytes.
const (
	MaxUserBytes    = 128
	MaxRequestBytes = 128
	MaxProofBytes   = 256
)

// Entry is one person's request to draw, as the client sent it.
type Entry struct {
	Activity string // which activity
	User     string // who draws; 1 to MaxUserBytes bytes
	Request  string // the client's id of this draw, unique per user; 1 to MaxRequestBytes bytes
	// Proof is what entitles the user to the draw (an order number, a coupon):
	// opaque, optional, up to MaxProofBytes bytes. It is part of the request's
	// content: the same Request with another Proof is refused as reused.
	Proof string
}

// Check reports the first thing wrong with the entry, as a [KindMalformed] or
// [KindTooLarge] error, or nil.
func (e Entry) Check() error {
	if err := checkID(e.User, "user", MaxUserBytes, true); err != nil {
		return err
	}
	if err := checkID(e.Request, "request", MaxRequestBytes, true); err != nil {
		return err
	}
	return checkID(e.Proof, "proof", MaxProofBytes, false)
}

// checkID accepts printable UTF-8 without control characters. Control
// characters are refused because the ids are written to logs and audit files.
func checkID(s, field string, limit int, required bool) error {
	if s == "" && required {
		return Refuse(KindMalformed, "%q is empty; send 1 to %d bytes", field, limit)
	}
	if len(s) > limit {
		return Refuse(KindTooLarge, "%q has %d bytes; at most %d are allowed", field, len(s), limit)
	}
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] == 0x7f {
			return Refuse(KindMalformed, "%q holds a control character at byte %d; send printable text", field, i)
		}
	}
	if !utf8.ValidString(s) {
		return Refuse(KindMalformed, "%q is not valid UTF-8", field)
	}
	return nil
}
