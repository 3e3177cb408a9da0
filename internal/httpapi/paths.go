package httpapi

import (
	"net/http"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// onlyMethods answers 405 and names the methods there are.
func onlyMethods(refuse func(http.ResponseWriter, error), allowed ...string) http.Handler {
	list := strings.Join(allowed, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", list)
		refuse(w, lottery.Refuse(KindMethodNotAllowed, "%s is not possible here; use %s", clip(r.Method), list))
	})
}

func unknownPath(r *http.Request) error {
	return lottery.Refuse(KindUnknownPath, "nothing is served under %q; see docs/http-api.md for the paths there are", clip(r.URL.Path))
}
