package httpapi

import (
	"encoding/json"
	"testing"
)

// FuzzAppendString: the same bytes as encoding/json, for any string.
func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{
		"", "plain", `"\/`, "<script>&", "中文🎁", "\x00\x1f\x7f\b\f\n\r\t", "\u2028\u2029", "\xff\xc3", "ok\xe4\xb8", "\ufffd",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendString(nil, s); spelled(string(got)) != spelled(string(want)) {
			t.Fatalf("%q: got %s, encoding/json has %s", s, got, want)
		}
	})
}
