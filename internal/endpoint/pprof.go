package endpoint

import "strings"

// PprofPath is where net/http/pprof registers itself.
const PprofPath = "/debug/pprof"

// CutPprof returns what comes before [PprofPath] in the path of a URL, and true,
// if the path is that of net/http/pprof or of one of its pages, as people copy it
// from a browser: "/admin" for "/admin/debug/pprof/heap". Otherwise it returns the
// path. It has no slash at its end.
func CutPprof(path string) (prefix string, found bool) {
	path = strings.TrimRight(path, "/")
	at := strings.LastIndex(path+"/", PprofPath+"/")
	if at < 0 {
		return path, false
	}
	return strings.TrimRight(path[:at], "/"), true
}
