package httpapi

import (
	"net/http"

	"github.com/lotteryctl/lotteryctl/profiles/recorder"
)

// recorder registers the recorder's own handler, with its complaints as
// problem documents. Without a recorder its paths are unknown like any others.
func (a *admin) recorder(mux *http.ServeMux, r *recorder.Recorder) {
	if r == nil {
		return
	}
	handler := a.complaining(r.Handler(), recorder.Path)
	for path, method := range map[string]string{
		recorder.Path:                              "GET",
		recorder.Path + "/snapshot":                "POST",
		recorder.Path + "/snapshots/{name}":        "GET",
		recorder.Path + "/snapshots/{name}/{file}": "GET",
	} {
		mux.Handle(method+" "+path, handler)
		mux.Handle(path, a.onlyMethods(method))
	}
}
