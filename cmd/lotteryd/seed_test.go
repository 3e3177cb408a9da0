package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// oneActivity is an Organiser that holds one activity at most.
type oneActivity struct{ status lottery.ActivityStatus }

func (o *oneActivity) Put(_ context.Context, s lottery.Spec) (lottery.ActivityStatus, bool, error) {
	created := o.status.Version == 0
	if !created && s.Prizes[0].Stock != o.status.Spec.Prizes[0].Stock {
		return o.status, false, lottery.Refuse(lottery.KindConflict, "the stock of prize %q may not change", s.Prizes[0].ID)
	}
	if created || s.Name != o.status.Spec.Name {
		o.status.Version++
	}
	o.status.Spec, o.status.Commitment = s, "c0ffee"
	return o.status, created, nil
}

func (o *oneActivity) Close(context.Context, string) (lottery.ActivityStatus, error) {
	return o.status, nil
}

func (o *oneActivity) Status(_ context.Context, id string) (lottery.ActivityStatus, error) {
	if o.status.Spec.ID != id {
		return lottery.ActivityStatus{}, lottery.Refuse(lottery.KindUnknownActivity, "no activity %q", id)
	}
	return o.status, nil
}

func (o *oneActivity) Keys(context.Context, string, string, string) (lottery.Keys, error) {
	return lottery.Keys{}, nil
}

func (o *oneActivity) List(context.Context) ([]lottery.ActivityStatus, error) { return nil, nil }

// adminServer serves a real admin port over one activity.
func adminServer(t *testing.T, token string) string {
	t.Helper()
	server := httptest.NewServer(httpapi.NewAdmin(httpapi.AdminOptions{
		Organiser: &oneActivity{}, Metrics: http.NotFoundHandler(), Ready: func() httpapi.Readiness { return httpapi.Readiness{} },
		Config: func() any { return nil }, LogLevel: new(slog.LevelVar), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Token: token,
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// lotteryd runs the program and returns what it printed and its exit code.
func lotteryd(t *testing.T, stdin string, env map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(context.Background(), args, strings.NewReader(stdin), &out, &errs, func(name string) string { return env[name] })
	return out.String(), errs.String(), exitCode(err)
}

func TestSeed(t *testing.T) {
	admin := adminServer(t, "")
	path := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(path, []byte(springYAML), 0o600); err != nil {
		t.Fatal(err)
	}
	const commitment = "commitment to the dice: c0ffee\n"
	for _, c := range []struct{ name, stdin, file, want string }{
		{"new", "", path, "created activity \"spring\", version 1\n" + commitment},
		{"again", "", path, "unchanged activity \"spring\", version 1\n" + commitment},
		{"changed", strings.Replace(springYAML, "Spring draw", "Summer draw", 1), "-", "updated activity \"spring\", version 2\n" + commitment},
	} {
		stdout, stderr, code := lotteryd(t, c.stdin, nil, "seed", "-f", c.file, "--admin", admin)
		if code != 0 || stdout != c.want || stderr != "" {
			t.Errorf("%s: exit %d, printed %q and %q; want %q", c.name, code, stdout, stderr, c.want)
		}
	}
	stdout, _, code := lotteryd(t, "", nil, "seed", "-f", path, "--admin", admin+"/", "--json")
	var got struct {
		Format, Version         int
		Outcome, ID, Commitment string
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 {
		t.Fatalf("exit %d, printed %q: %v", code, stdout, err)
	}
	if got.Format != 1 || got.Version != 3 || got.Outcome != "updated" || got.ID != "spring" || got.Commitment != "c0ffee" {
		t.Errorf("as JSON: %+v", got)
	}
}

func TestSeedWithToken(t *testing.T) {
	admin := adminServer(t, "a-good-token")
	for _, c := range []struct {
		name string
		args []string
		env  map[string]string
		code int
	}{
		{"none", nil, nil, 2},
		{"wrong", []string{"--token", "a-bad-token"}, nil, 2},
		{"flag", []string{"--token", "a-good-token"}, map[string]string{"LOTTERYD_ADMIN_TOKEN": "a-bad-token"}, 0},
		{"variable", nil, map[string]string{"LOTTERYD_ADMIN_TOKEN": "a-good-token"}, 0},
	} {
		_, stderr, code := lotteryd(t, springYAML, c.env, append([]string{"seed", "-f", "-", "--admin", admin}, c.args...)...)
		if code != c.code || code != 0 && !strings.Contains(stderr, "refused (unauthorized): send the admin token") {
			t.Errorf("%s: exit %d, %q; want %d", c.name, code, stderr, c.code)
		}
	}
}

// TestSeedFaults: one sentence, nothing on standard output, exit 2.
func TestSeedFaults(t *testing.T) {
	admin := adminServer(t, "")
	stranger := httptest.NewServer(http.NotFoundHandler())
	defer stranger.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler(admin, http.StatusTemporaryRedirect))
	defer elsewhere.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	if _, stderr, code := lotteryd(t, springYAML, nil, "seed", "-f", "-", "--admin", admin); code != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		name  string
		stdin string
		args  []string
		want  string
	}{
		{"no file", "", nil, "use -f activity.yaml"},
		{"missing file", "", []string{"-f", "/nowhere/a.yaml"}, "-f: open /nowhere/a.yaml: no such file or directory"},
		{"a folder", "", []string{"-f", "/"}, "/: read /: is a directory"},
		{"bad file", "id: X\n", []string{"-f", "-"}, `standard input:1: id is "X"`},
		{"argument", "", []string{"a.yaml"}, `takes no argument "a.yaml"`},
		{"bad admin", springYAML, []string{"-f", "-", "--admin", "localhost:8081"}, "--admin is not usable"},
		{"nobody there", springYAML, []string{"-f", "-", "--admin", gone.URL}, "connection refused; is lotteryd running there?"},
		{"somebody else", springYAML, []string{"-f", "-", "--admin", stranger.URL}, "answered 404 Not Found, which is not lotteryd's admin port"},
		{"sent elsewhere", springYAML, []string{"-f", "-", "--admin", elsewhere.URL}, "answered 307"},
		{"may not change", strings.Replace(springYAML, "stock: 5", "stock: 6", 1), []string{"-f", "-", "--admin", admin}, "refused (activity-conflict): the stock of prize"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := lotteryd(t, c.stdin, nil, append([]string{"seed"}, c.args...)...)
			if code != 2 || stdout != "" || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("exit %d, printed %q and %q; want exit 2 and one sentence with %q", code, stdout, stderr, c.want)
			}
		})
	}
}
