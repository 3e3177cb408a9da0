package httpapi

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

const benchBody = `{"user":"user-000001","request":"6f1c2d4e-5a7b-4c8d-9e0f-112233445566"}`

// benchCodecs runs body for each codec of this build.
func benchCodecs(b *testing.B, body func(*testing.B, Codec)) {
	all := codecs()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run("codec="+name, func(b *testing.B) {
			b.ReportAllocs()
			body(b, all[name])
		})
	}
}

// BenchmarkDecode reads one usual body, codec by codec, checks included.
func BenchmarkDecode(b *testing.B) {
	body := []byte(benchBody)
	benchCodecs(b, func(b *testing.B, c Codec) {
		for b.Loop() {
			if _, err := c.decode(body); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkCheckFields is the part of decoding that finds what libraries let pass.
func BenchmarkCheckFields(b *testing.B) {
	body := []byte(benchBody)
	b.ReportAllocs()
	for b.Loop() {
		if err := checkFields(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncode writes a loss and a win, codec by codec, into a buffer that
// has room, for those that can use one.
func BenchmarkEncode(b *testing.B) {
	e := lottery.Entry{Activity: "demo", User: "user-000001", Request: "6f1c2d4e-5a7b-4c8d-9e0f-112233445566"}
	prize := &lottery.Prize{ID: "p1", Tier: "gold", Name: "Golden ticket"}
	win := lottery.Answer{Result: lottery.Win, Prize: prize, Unit: 17, Code: "ABCD-EFGH-JKLM"}
	for _, row := range []struct {
		name string
		a    lottery.Answer
	}{{"loss", lottery.Answer{}}, {"win", win}} {
		b.Run("answer="+row.name, func(b *testing.B) {
			buf := make([]byte, 0, 512)
			benchCodecs(b, func(b *testing.B, c Codec) {
				for b.Loop() {
					if _, err := c.answer(buf, e, row.a); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
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
