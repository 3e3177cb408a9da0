package httpapi

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

func TestDecodeAccepts(t *testing.T) {
	for _, row := range []struct {
		body string
		want drawRequest
	}{
		{`{}`, drawRequest{}},
		{` { "user" : "u" } ` + "\r\n\t", drawRequest{User: "u"}},
		{`{"user":"u","request":"r","proof":"p"}`, drawRequest{"u", "r", "p"}},
		{`{"proof":"p","request":"r","user":"u"}`, drawRequest{"u", "r", "p"}},
		{`{"user":"","request":""}`, drawRequest{}},
		{`{"user":"中文","request":"\u4e2d\u6587"}`, drawRequest{User: "中文", Request: "中文"}},
		{`{"user":"\"\\\/\b\f\n\r\t"}`, drawRequest{User: "\"\\/\b\f\n\r\t"}},
		{`{"user":"\ud83c\udf81 \uD83C\uDF81"}`, drawRequest{User: "🎁 🎁"}},
		{`{"us\u0065r":"an escaped name is the name"}`, drawRequest{User: "an escaped name is the name"}},
	} {
		for name, codec := range codecs() {
			got, err := codec.decode([]byte(row.body))
			if err != nil || got != row.want {
				t.Errorf("%s: %s: got %+v, %v; want %+v", name, row.body, got, err, row.want)
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, row := range []struct{ body, complaint string }{
		{``, "the body is empty"},
		{" \n ", "the body is empty"},
		{`[]`, "a JSON object must start here"},
		{`"user"`, "a JSON object must start here"},
		{"\ufeff{}", "a JSON object must start here"},
		{`{`, "a field's name in double quotes"},
		{`{user:"u"}`, "a field's name in double quotes"},
		{`{"user"}`, "':' must follow"},
		{`{"user":}`, "at byte 8: a string in double quotes"},
		{`{"user":1}`, "a string in double quotes"},
		{`{"user":null}`, "a string in double quotes"},
		{`{"user":{"user":"u"}}`, "a string in double quotes"},
		{`{"user":"u"`, "',' or '}' must follow"},
		{`{"user":"u" "request":1}`, "',' or '}' must follow"},
		{`{"user":"u",}`, "a field's name in double quotes"},
		{`{"user":"u"}{}`, "there is more data"},
		{`{"user":"u"} x`, "at byte 13: there is more data"},
		{`{"user":"u","user":"u"}`, `field "user" is given twice`},
		{`{"proof":"","proof":""}`, `field "proof" is given twice`},
		{`{"User":"u"}`, `unknown field "User"`},
		{`{"amount":"1"}`, `unknown field "amount"`},
		{`{"":"1"}`, `unknown field ""`},
		{`{"user":"u`, "the string is not closed"},
		{`{"user":"u\`, "this escape is not one"},
		{`{"user":"\`, "this escape is not one"},
		{`{"user":"\"`, "the string is not closed"},
		{`{"user":"\x41"}`, "this escape is not one"},
		{`{"user":"\u12"}`, "this escape is not one"},
		{`{"user":"\u00g0"}`, "this escape is not one"},
		{"{\"user\":\"\\u00\x11\x110\"}", "this escape is not one"},
		{`{"user":"\ud83c"}`, "half of a surrogate pair"},
		{`{"user":"\ud83cx"}`, "half of a surrogate pair"},
		{`{"user":"\ud83c\u0041"}`, "half of a surrogate pair"},
		{`{"user":"\udf81\ud83c"}`, "half of a surrogate pair"},
		{"{\"user\":\"a\nb\"}", "a control character must be escaped"},
		{"{\"user\":\"\\ta\nb\"}", "a control character must be escaped"},
		{"{\"user\":\"a\nb\\t\"}", "a control character must be escaped"},
		{"{\"user\":\"\x00b\\b\"}", "a control character must be escaped"},
		{"{\"user\":\"\xff\"}", "not valid UTF-8"},
		{"{\"user\":\"\\t\xc3\"}", "not valid UTF-8"},
		{"{\"\xff\":\"\"}", "not valid UTF-8"},
	} {
		_, err := decodeDrawRequest(row.body)
		if lottery.KindOf(err) != lottery.KindMalformed || !strings.Contains(err.Error(), row.complaint) {
			t.Errorf("%q: got error %v; want a malformed-request with %q", row.body, err, row.complaint)
		}
		for name, codec := range codecs() { // the others say it in their own words
			if d, err := codec.decode([]byte(row.body)); lottery.KindOf(err) != lottery.KindMalformed || d != (drawRequest{}) {
				t.Errorf("%s: %q: got %+v, %v; want a malformed-request and nothing else", name, row.body, d, err)
			}
		}
	}
}

func TestUnknownFieldNameIsClipped(t *testing.T) {
	for name, codec := range codecs() {
		_, err := codec.decode([]byte(`{"` + strings.Repeat("中", 1000) + `":""}`))
		var refusal *lottery.Error
		if !errors.As(err, &refusal) || len(refusal.Message) > 200 || !utf8.ValidString(refusal.Message) {
			t.Errorf("%s: got %v; want a short message in valid UTF-8", name, err)
		}
	}
}
