package httpapi_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
)

func TestGate(t *testing.T) {
	t.Parallel()
	public := httpapi.NewPublicGate()
	admin := httpapi.NewAdminGate(func() httpapi.Readiness {
		return httpapi.Readiness{Degraded: true, Checks: []httpapi.Check{{Name: "postgres", Reason: "postgres-away", Detail: "10.0.0.7 refused"}}}
	})
	ask := func(h http.Handler, path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, w.Body.String() + w.Header().Get("Retry-After")
	}
	for _, row := range []struct {
		handler  http.Handler
		path     string
		code     int
		contains string
	}{
		{public, "/v1/activities/a/draws", 503, "dependency-unavailable"},
		{admin, "/livez", 200, "true"},
		{admin, "/readyz", 503, "postgres-away"},
		{admin, "/metrics", 503, "starting"},
	} {
		if code, body := ask(row.handler, row.path); code != row.code || !strings.Contains(body, row.contains) || strings.Contains(body, "10.0.0.7") {
			t.Errorf("%s: %d %s", row.path, code, body)
		}
	}
	open := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	public.Open(open)
	admin.Open(open)
	for _, h := range []http.Handler{public, admin} {
		if code, _ := ask(h, "/readyz"); code != http.StatusTeapot {
			t.Errorf("an open gate answers %d", code)
		}
	}
}
