package flamecmd

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestServeRefusesOtherPages plants requests that pages of other origins make,
// and sends those that people and programs do.
func TestServeRefusesOtherPages(t *testing.T) {
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8099}
	handler := onlyNamed(address, false, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for name, c := range map[string]struct {
		headers map[string]string
		host    string
		status  int
	}{
		"curl":             {nil, "127.0.0.1:8099", 200},
		"typed":            {map[string]string{"Sec-Fetch-Site": "none"}, "127.0.0.1:8099", 200},
		"our page":         {map[string]string{"Sec-Fetch-Site": "same-origin"}, "localhost:8099", 200},
		"our page, old":    {map[string]string{"Origin": "http://localhost:8099"}, "localhost:8099", 200},
		"a link":           {map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, "localhost:8099", 200},
		"a picture":        {map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, "localhost:8099", 403},
		"a frame":          {map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, "localhost:8099", 403},
		"other page, old":  {map[string]string{"Origin": "http://localhost:1"}, "localhost:8099", 403},
		"a rebound domain": {nil, "evil.example:8099", 403},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = c.host
		for header, value := range c.headers {
			r.Header.Set(header, value)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: got %d; want %d", name, w.Code, c.status)
		}
	}
}
