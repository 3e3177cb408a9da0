package httpapi

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// codecs are all there are in this build. With GOEXPERIMENT=jsonv2 that is one
// more.
func codecs() map[string]Codec {
	all := map[string]Codec{
		"standard": StandardCodec(), "fastjson": FastjsonCodec(), "append": AppendCodec(), "goccy": GoccyCodec(),
	}
	if c, err := JSONv2Codec(); err == nil {
		all["jsonv2"] = c
	}
	return all
}

// TestJSONv2SaysHowToBuild: one of the two, a codec or a sentence.
func TestJSONv2SaysHowToBuild(t *testing.T) {
	codec, err := JSONv2Codec()
	if (codec == nil) == (err == nil) {
		t.Fatalf("got codec %v and error %v; want one of them", codec, err)
	}
	if err != nil && !strings.Contains(err.Error(), "GOEXPERIMENT=jsonv2") {
		t.Errorf("the error does not say how to build: %v", err)
	}
}

// FuzzCodecsDecode: never a panic, and all codecs take the same bodies for the
// same draws. encoding/json without our second look is asked too: whatever we
// accept it accepts, with the same values.
func FuzzCodecsDecode(f *testing.F) {
	for _, seed := range []string{
		benchBody, `{}`, `null`, `[]`, `"user"`, ` {"user":"u"} `, `{"user":"\ud83c\udf81","proof":"\u0000"}`, `{"user":null}`, `{"USER":"u"}`,
		`{"user":"a","user":"b"}`, `{"us\u0065r":"u","user":"u"}`, "{\"user\":\"\xff\"}", `{"user":"\ud83c"}`, `{"user":"u"}}`, `{"user":"u"} {}`,
		`{"user":"null","proof":"\n\\\"\u2028"}`, "{\"user\":\"a\nb\"}", `{"user":"\x41"}`, `{"user":["request"],"x":"y"}`, `{"u\ud83cser":"u"}`,
		`{"user":"u","request":null,"proof":"p"}`, "\ufeff{}", "{\"user\":\"u\"}\x00", `{"user":"\u00zz"}`, `{"user":"u",}`, `{"uſer":"u"}`,
		`{"user" : "u" , "request":1}`, `{"user":{"user":"u"}}`, "{\"user\":\"a\x00b\"}", `{"user":"\ufffd"}`, `{"user":"\uD83C\u0041"}`,
		"{\"user\":\"\x00b\\b\"}", "{\"us\ner\\t\":\"\"}", "{\n\"user\"\t:\r\"\\n\"}",
	} {
		f.Add([]byte(seed))
	}
	all := codecs()
	f.Fuzz(func(t *testing.T, body []byte) {
		want, refused := all["append"].decode(body)
		if refused == nil {
			var theirs drawRequest
			if err := json.Unmarshal(body, &theirs); err != nil || theirs != want {
				t.Fatalf("%q: %+v here; %+v, %v by encoding/json", body, want, theirs, err)
			}
		}
		for name, codec := range all {
			got, err := codec.decode(body)
			if got != want || (err == nil) != (refused == nil) {
				t.Fatalf("%s: %q: got %+v, %v; append gives %+v, %v", name, body, got, err, want, refused)
			}
			if err != nil && lottery.KindOf(err) != lottery.KindMalformed {
				t.Fatalf("%s: %q: refused with %v; want a malformed-request", name, body, err)
			}
		}
	})
}

// FuzzCodecsAnswer: the same bytes from every codec, whatever the texts hold,
// and those are the bytes of encoding/json.
func FuzzCodecsAnswer(f *testing.F) {
	for _, s := range []string{"plain", "", `"\/`, "<script>&", "中文🎁", "\x00\x1f\x7f\b\f\n\r\t\a", "\u2028\u2029", "\xff\xc3", "ok\xe4\xb8", "\ufffd", "\u200b\U000e0001"} {
		f.Add("spring", s, s, s, s, int64(17))
	}
	f.Add("", "", "", "", "", int64(0))
	all := codecs()
	f.Fuzz(func(t *testing.T, activity, user, request, name, code string, unit int64) {
		unit &= lottery.MaxStock - 1
		e := lottery.Entry{Activity: activity, User: user, Request: request}
		for _, a := range []lottery.Answer{
			{}, {Result: lottery.Pending}, {Result: lottery.Win, Prize: &lottery.Prize{ID: activity, Tier: user, Name: name}, Unit: unit, Code: code},
		} {
			want := string(appendAnswer(nil, e, a))
			for name, codec := range all {
				for _, scratch := range [][]byte{nil, make([]byte, 0, 16), []byte("what was here before, longer than the answer? no matter, it must not shine through at all")} {
					got, err := codec.answer(scratch, e, a)
					if err != nil || spelled(string(got)) != spelled(want) {
						t.Fatalf("%s: %+v %+v: got %q, %v; want %q", name, e, a, got, err, want)
					}
				}
			}
		}
	})
}

// spelled evens out how U+FFFD, the stand-in for broken UTF-8, is spelled: built
// with GOEXPERIMENT=jsonv2, encoding/json writes the character instead of its
// escape. No id or name that was checked holds broken UTF-8, so no answer does.
func spelled(text string) string {
	if _, err := JSONv2Codec(); err != nil {
		return text
	}
	return strings.ReplaceAll(text, `\ufffd`, "\ufffd")
}

// TestDecodedStringsAreOwn overwrites the body after decoding, as the next
// request does, and decodes another with the same codec.
func TestDecodedStringsAreOwn(t *testing.T) {
	want := drawRequest{User: "user-1", Request: "request-1", Proof: "proof-1\n"}
	for name, codec := range codecs() {
		body := []byte(`{"user":"user-1","request":"request-1","proof":"proof-1\n"}`)
		got, err := codec.decode(body)
		if err != nil {
			t.Fatal(name, err)
		}
		copy(body, bytes.Repeat([]byte("x"), len(body)))
		if _, err := codec.decode([]byte(`{"user":"user-2","request":"request-2","proof":"proof-2\n"}`)); err != nil {
			t.Fatal(name, err)
		}
		if got != want {
			t.Errorf("%s: the first request became %+v", name, got)
		}
	}
}

// TestAnswersAreOwn: an answer is not changed by the next one, unless that was
// given its memory.
func TestAnswersAreOwn(t *testing.T) {
	for name, codec := range codecs() {
		first, err := codec.answer(nil, lottery.Entry{User: "alice"}, lottery.Answer{})
		if err != nil {
			t.Fatal(name, err)
		}
		kept := bytes.Clone(first)
		if _, err := codec.answer(nil, lottery.Entry{User: "bobby"}, lottery.Answer{}); err != nil {
			t.Fatal(name, err)
		}
		if !reflect.DeepEqual(first, kept) {
			t.Errorf("%s: alice's answer became %s", name, first)
		}
	}
}
