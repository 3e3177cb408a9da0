package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

// TestNothingThatIsWrittenUnlocksACode wins with a user and a request that are
// known, makes everything fail that can, and looks for both, and for the code,
// in all that lotteryd writes: the log at its lowest level with every draw in
// it, metrics, configuration, and the recorder's snapshots.
func TestNothingThatIsWrittenUnlocksACode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := deployOn(t, openOwnStores(t), nil, "--log-level", "debug", "--loss-log-every", "1",
		"--recorder-dir", dir, "--recorder-latency", "1us", "--recorder-cpu", "0.5", "--refresh-interval", "100ms")
	const user = "zoe.winner@example.org"
	client := &http.Client{Timeout: 10 * time.Second}
	var won audit.Answer
	for i := 0; won.Result != audit.Win && i < 200; i++ {
		won = d.draw(client, user, fmt.Sprintf("purchase-%03d-secret", i))
	}
	if won.Result != audit.Win {
		t.Fatal("no win in 200 draws")
	}
	d.draw(client, user, won.Request) // a replay
	code := d.lookUp(client, user, won.Request)
	for deadline := time.Now().Add(30 * time.Second); len(d.recorderStats().Snapshots) == 0 && time.Now().Before(deadline); {
		d.draw(client, user, won.Request)
		time.Sleep(50 * time.Millisecond)
	}
	userKey, requestKey := d.keys(user, won.Request)

	unlocks := []string{user, "purchase-", code}
	if !strings.Contains(string(d.exchange(client, user, won.Request)), code) { // the search would find them
		t.Error("the answer to the client has no code")
	}
	d.writesNone(t, dir, unlocks)
	log := d.log.String()
	line := lineWith(log, `"msg":"win"`)
	if line == "" || !strings.Contains(log, userKey) || !strings.Contains(log, requestKey) {
		t.Errorf("the log has not the keys that an operator searches for, %s and %s:\n%s", userKey, requestKey, tail(log, 2000))
	}

	if err := d.servers.KillPostgres(); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		d.draw(client, user, fmt.Sprintf("purchase-%03d-without-postgres", i))
		if lineWith(d.log.String(), `"msg":"pending"`) != "" {
			break
		}
	}
	if err := d.servers.KillRedis(); err != nil {
		t.Fatal(err)
	}
	d.draw(client, user, "purchase-without-redis")
	_, _ = client.Get("http://" + d.public + "/v1/activities/" + d.activity.ID + "/draws/purchase-unknown?user=" + user)
	if lineWith(d.log.String(), `"msg":"draw failed"`) == "" {
		t.Errorf("no failed draw in the log:\n%s", tail(d.log.String(), 2000))
	}
	d.writesNone(t, dir, unlocks)
}

// writesNone fails for each of the texts that lotteryd has written somewhere.
func (d *deployment) writesNone(t *testing.T, dir string, texts []string) {
	t.Helper()
	written := map[string][]byte{
		"the log": []byte(d.log.String()), "/metrics": d.adminGet("/metrics"), "/config": d.adminGet("/config"),
		"/debug/recorder": d.adminGet("/debug/recorder"), "goroutines": d.adminGet("/debug/pprof/goroutine?debug=2"),
		"goroutines with labels": d.adminGet("/debug/pprof/goroutine?debug=1"),
	}
	snapshots, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(snapshots) < 5 {
		t.Errorf("snapshots on disk: %v %v", snapshots, err)
	}
	for _, path := range snapshots {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		written[path] = unpacked(raw)
	}
	for where, text := range written {
		if len(text) == 0 && !strings.HasPrefix(where, dir) {
			t.Errorf("%s is empty", where)
		}
		for _, unlocks := range texts {
			if at := bytes.Index(text, []byte(unlocks)); at >= 0 {
				t.Errorf("%s has %q: %.200q", where, unlocks, text[max(0, at-100):])
			}
		}
	}
}

// unpacked is what a reader of the file sees: profiles are compressed.
func unpacked(raw []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return raw
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return raw
	}
	return plain
}

func lineWith(log, text string) string {
	for line := range strings.Lines(log) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// exchange sends a draw and returns the answer as it is.
func (d *deployment) exchange(client *http.Client, user, request string) []byte {
	d.t.Helper()
	resp, err := client.Post("http://"+d.public+"/v1/activities/"+d.activity.ID+"/draws", "application/json",
		strings.NewReader(fmt.Sprintf(`{"user":%q,"request":%q}`, user, request)))
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return body
}

// lookUp gives the code of a win.
func (d *deployment) lookUp(client *http.Client, user, request string) string {
	d.t.Helper()
	resp, err := client.Get("http://" + d.public + "/v1/activities/" + d.activity.ID + "/draws/" + request + "?user=" + user)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Code string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Code == "" {
		d.t.Fatalf("%s: no code: %v", resp.Status, err)
	}
	return answer.Code
}

// keys asks the admin port under which names the log has a user and a request.
func (d *deployment) keys(user, request string) (userKey, requestKey string) {
	d.t.Helper()
	resp, err := http.Post("http://"+d.admin+"/v1/activities/"+d.activity.ID+"/keys", "application/json",
		strings.NewReader(fmt.Sprintf(`{"user":%q,"request":%q}`, user, request)))
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	var keys struct {
		User    string `json:"user_key"`
		Request string `json:"request_key"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&keys); err != nil || len(keys.User) != 24 || len(keys.Request) != 24 {
		d.t.Fatalf("%s: keys %+v, %v", resp.Status, keys, err)
	}
	return keys.User, keys.Request
}
