package httpapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

const benchBody = `{"user":"user-000001","request":"6f1c2d4e-5a7b-4c8d-9e0f-112233445566"}`

// BenchmarkDecode compares our decoder with encoding/json set as strict as it
// gets; both begin with a fresh copy of the bytes, as on the wire.
func BenchmarkDecode(b *testing.B) {
	body := []byte(benchBody)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decodeDrawRequest(string(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var d drawRequest
			dec := json.NewDecoder(strings.NewReader(benchBody))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&d); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json-lax", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var d drawRequest
			if err := json.Unmarshal(body, &d); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEncode writes a loss and a win into a buffer that has room.
func BenchmarkEncode(b *testing.B) {
	e := lottery.Entry{Activity: "demo", User: "user-000001", Request: "6f1c2d4e-5a7b-4c8d-9e0f-112233445566"}
	prize := &lottery.Prize{ID: "p1", Tier: "gold", Name: "Golden ticket"}
	win := lottery.Answer{Result: lottery.Win, Prize: prize, Unit: 17, Code: "ABCD-EFGH-JKLM"}
	buf := make([]byte, 0, 512)
	b.Run("loss", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = appendAnswer(buf[:0], e, lottery.Answer{})
		}
	})
	b.Run("win", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			buf = appendAnswer(buf[:0], e, win)
		}
	})
}

// BenchmarkRoute is what http.ServeMux costs to find the draw's handler.
func BenchmarkRoute(b *testing.B) {
	mux := http.NewServeMux()
	var got string
	mux.HandleFunc("POST /v1/activities/{activity}/draws", func(w http.ResponseWriter, r *http.Request) { got = r.PathValue("activity") })
	mux.HandleFunc("GET /v1/activities/{activity}/draws/{request}", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/v1/activities/{activity}/draws", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/v1/activities/{activity}/draws/{request}", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {})
	r := httptest.NewRequest("POST", "/v1/activities/demo/draws", nil)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		mux.ServeHTTP(w, r)
	}
	if got != "demo" {
		b.Fatalf("routed activity %q", got)
	}
}
