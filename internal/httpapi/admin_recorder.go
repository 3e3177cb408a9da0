package httpapi

import (
	"net/http"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// recorder registers the recorder's own handler, with its complaints as
// problem documents. Without a recorder its paths are unknown like any others.
func (a *admin) recorder(mux *http.ServeMux, r *profiles.Recorder) {
	if r == nil {
		return
	}
	handler := a.complaining(r.Handler(), profiles.RecorderPath)
	for path, method := range map[string]string{
		profiles.RecorderPath:                              "GET",
		profiles.RecorderPath + "/snapshot":                "POST",
		profiles.RecorderPath + "/snapshots/{name}":        "GET",
		profiles.RecorderPath + "/snapshots/{name}/{file}": "GET",
	} {
		mux.Handle(method+" "+path, handler)
		mux.Handle(path, a.onlyMethods(method))
	}
}
