package httpapi_test

import (
	"fmt"
	"net"
	"net/http"
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
