package recorder

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"path"
	"strconv"
	"time"
)

// Paths under which [Recorder.Handler] serves.
const (
	Path          = "/debug/recorder"
	snapshotPath  = Path + "/snapshot"
	snapshotsPath = Path + "/snapshots/"
)

// snapshotTimeout bounds how long a client waits for a snapshot, beyond the
// age of the trace that may have to be recorded first.
const snapshotTimeout = 30 * time.Second

// Handler serves the recorder, for the service's private port:
//
//	GET  /debug/recorder                          its [Stats] as JSON
//	POST /debug/recorder/snapshot                 takes a snapshot: 201 with its manifest, or 429 and Retry-After
//	GET  /debug/recorder/snapshots/{name}         the snapshot as a zip file
//	GET  /debug/recorder/snapshots/{name}/{file}  one of its files
//
// Errors are a status and a line of text. Who may ask is for the caller to
// decide: profiles tell a lot about a service.
func (r *Recorder) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path, func(w http.ResponseWriter, _ *http.Request) { writeIndented(w, http.StatusOK, r.Stats()) })
	mux.HandleFunc("POST "+snapshotPath, r.postSnapshot)
	mux.HandleFunc("GET "+snapshotsPath+"{name}", r.getSnapshot)
	mux.HandleFunc("GET "+snapshotsPath+"{name}/{file}", r.getSnapshotFile)
	return mux
}

// YieldTo wraps a handler that takes a CPU profile, such as that of
// net/http/pprof, so that the recorder gives way to it and resumes afterwards:
//
//	mux.Handle("/debug/pprof/profile", recorder.YieldTo(http.HandlerFunc(pprof.Profile)))
//
// Execution traces need no such thing: one by hand runs beside the flight
// recorder.
func (r *Recorder) YieldTo(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		defer r.Yield()()
		next.ServeHTTP(w, request)
	})
}

func (r *Recorder) postSnapshot(w http.ResponseWriter, request *http.Request) {
	if r == nil {
		http.Error(w, ErrNotRunning.Error(), http.StatusServiceUnavailable)
		return
	}
	wait := snapshotTimeout + max(r.options.TraceAge, 0)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(wait)) // where there is none to set, none hurts
	manifest, err := r.Snapshot(request.Context(), "asked for by "+request.RemoteAddr)
	switch {
	case errors.Is(err, ErrTooSoon):
		seconds := math.Ceil(r.gate.wait(r.process.now()).Seconds())
		w.Header().Set("Retry-After", strconv.Itoa(int(max(seconds, 1))))
		http.Error(w, fmt.Sprintf("%v; wait %.0f s", err, seconds), http.StatusTooManyRequests)
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	default:
		w.Header().Set("Location", snapshotsPath+manifest.Name)
		writeIndented(w, http.StatusCreated, manifest)
	}
}

func (r *Recorder) getSnapshotFile(w http.ResponseWriter, request *http.Request) {
	name, file := request.PathValue("name"), request.PathValue("file")
	data, err := r.open(name, file)
	if err != nil {
		refuseFile(w, err)
		return
	}
	w.Header().Set("Content-Type", snapshotType(file))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(data) // an error means that the client is gone
}

// getSnapshot packs the files as they are read, so that one at a time is in
// memory. What is compressed already is not compressed again.
func (r *Recorder) getSnapshot(w http.ResponseWriter, request *http.Request) {
	name := request.PathValue("name")
	described, err := r.open(name, snapshotManifest)
	if err != nil {
		refuseFile(w, err)
		return
	}
	var manifest Manifest
	_ = json.Unmarshal(described, &manifest) // if it is damaged the files have no date
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".zip"))
	archive := zip.NewWriter(w)
	for _, file := range snapshotFiles() {
		data, err := r.open(name, file)
		if isMissing(err) {
			continue
		}
		if err == nil {
			err = addTo(archive, name+"/"+file, manifest.Taken, data)
		}
		if err != nil {
			panic(http.ErrAbortHandler) // half an archive must not look like a whole one
		}
	}
	if archive.Close() != nil {
		panic(http.ErrAbortHandler)
	}
}

func addTo(archive *zip.Writer, name string, at time.Time, data []byte) error {
	method := zip.Deflate
	if path.Ext(name) == ".gz" {
		method = zip.Store
	}
	entry, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: at})
	if err != nil {
		return err
	}
	_, err = entry.Write(data)
	return err
}

func (r *Recorder) open(name, file string) ([]byte, error) {
	if r == nil {
		return nil, ErrNotRunning
	}
	return r.shelf.open(name, file)
}

func refuseFile(w http.ResponseWriter, err error) {
	if isMissing(err) {
		http.Error(w, "no such snapshot or file", http.StatusNotFound)
		return
	}
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}

func snapshotType(file string) string {
	switch path.Ext(file) {
	case ".json":
		return "application/json"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// writeIndented answers with v as JSON for people.
func writeIndented(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the client is gone; nobody is left to tell
}
