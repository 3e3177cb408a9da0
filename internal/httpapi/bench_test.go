package httpapi_test

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// BenchmarkPublicServer is one draw over one loopback connection: net/http, our
// handler and a store that answers at once. The client writes fixed bytes and
// reads into a fixed buffer, so every allocation reported is the server's.
func BenchmarkPublicServer(b *testing.B) {
	prize := &lottery.Prize{ID: "p1", Tier: "gold", Name: "Golden ticket"}
	win := lottery.Answer{Result: lottery.Win, Prize: prize, Unit: 17, Code: "ABCD-EFGH-JKLM"}
	b.Run("loss", func(b *testing.B) { benchServer(b, publicFor(answering(lottery.Answer{}, nil))) })
	for _, set := range []struct {
		name     string
		codec    httpapi.Codec
		contexts httpapi.Contexts
	}{
		{"loss-before", httpapi.StandardCodec(), httpapi.AllocatedContexts(httpapi.Wide)},
		{"loss-article", httpapi.FastjsonCodec(), httpapi.PooledContexts(httpapi.Narrow)},
	} {
		b.Run(set.name, func(b *testing.B) {
			benchServer(b, httpapi.NewPublic(httpapi.PublicOptions{
				Drawer: answering(lottery.Answer{}, nil), Observer: deafObserver{}, Logger: quiet(), Codec: set.codec, Contexts: set.contexts,
			}))
		})
	}
	b.Run("win", func(b *testing.B) { benchServer(b, publicFor(answering(win, nil))) })
	// What net/http costs by itself: the same bytes in and out, no work.
	b.Run("floor", func(b *testing.B) {
		body := []byte(`{"result":"loss","activity":"demo","user":"user-000001","request":"6f1c2d4e-5a7b-4c8d-9e0f-112233445566"}` + "\n")
		in := make([]byte, 1024)
		contentType := []string{"application/json"}
		benchServer(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for { // one connection, so one buffer is safe
				if _, err := r.Body.Read(in); err != nil {
					break
				}
			}
			w.Header()["Content-Type"] = contentType
			_, _ = w.Write(body)
		}))
	})
}

// BenchmarkHandler is one draw without network and net/http's server: routing,
// decoding, a store that loses at once, encoding. Here the switches of this room
// show; over a connection they drown.
func BenchmarkHandler(b *testing.B) {
	run := func(b *testing.B, name string, codec httpapi.Codec, contexts httpapi.Contexts) {
		b.Run(name, func(b *testing.B) {
			benchHandler(b, httpapi.NewPublic(httpapi.PublicOptions{
				Drawer: answering(lottery.Answer{}, nil), Observer: deafObserver{}, Logger: quiet(), Codec: codec, Contexts: contexts,
			}))
		})
	}
	codecs, contexts := codecVariants(), contextVariants()
	for _, name := range slices.Sorted(maps.Keys(codecs)) {
		run(b, "codec="+name, codecs[name], nil)
	}
	for _, name := range slices.Sorted(maps.Keys(contexts)) {
		kind, layout, _ := strings.Cut(name, "/")
		run(b, "contexts="+kind+"/layout="+layout, nil, contexts[name])
	}
	run(b, "all=before", httpapi.StandardCodec(), httpapi.AllocatedContexts(httpapi.Wide))
	run(b, "all=article", httpapi.FastjsonCodec(), httpapi.PooledContexts(httpapi.Narrow))
	run(b, "all=best", nil, nil)
}

// rewound is a request body that can be read again.
type rewound struct{ *strings.Reader }

func (rewound) Close() error { return nil }

// sink is a ResponseWriter that keeps the last status only.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }

func benchHandler(b *testing.B, h http.Handler) {
	const text = `{"user":"user-000001","request":"6f1c2d4e-5a7b-4c8d-9e0f-112233445566"}`
	body := rewound{strings.NewReader(text)}
	r := httptest.NewRequest("POST", "/v1/activities/demo/draws", body)
	r.Body, r.ContentLength = body, int64(len(text))
	r.Header.Set("Content-Type", "application/json")
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(text)
		h.ServeHTTP(w, r)
	}
	if w.status != 200 {
		b.Fatalf("status %d", w.status)
	}
}

func publicFor(d lottery.Drawer) http.Handler {
	return httpapi.NewPublic(httpapi.PublicOptions{Drawer: d, Observer: deafObserver{}, Logger: quiet()})
}

func benchServer(b *testing.B, h http.Handler) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := httpapi.NewPublicServer(h, quiet())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		_ = server.Close()
		<-served
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	body := `{"user":"user-000001","request":"6f1c2d4e-5a7b-4c8d-9e0f-112233445566"}`
	request := []byte(fmt.Sprintf("POST /v1/activities/demo/draws HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	answer := make([]byte, 4096)
	roundTrip := func() int {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		n, err := conn.Read(answer) // small: arrives whole
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	if n := roundTrip(); !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 200") {
		b.Fatalf("answer: %s", answer[:n])
	}
	b.ReportAllocs()
	for b.Loop() {
		roundTrip()
	}
}
