package workload_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/experiment"
	"github.com/lotteryctl/lotteryctl/internal/reference"
	"github.com/lotteryctl/lotteryctl/internal/runfolder"
	"github.com/lotteryctl/lotteryctl/internal/workload"
	"github.com/lotteryctl/lotteryctl/loadgen"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// service answers with fixed texts by path, else with 404.
func service(t *testing.T, pages map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

const metrics = "go_memstats_mallocs_total 7\n"

// silentURL is one where nothing listens.
func silentURL(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func TestOpenRunningLooksFirst(t *testing.T) {
	bare := service(t, nil)
	for _, row := range []struct {
		name string
		o    workload.RunningOptions
		want any // pointer for errors.As
		says string
	}{
		{"nothing listens", workload.RunningOptions{Plan: loadgen.Plan{URL: silentURL(t) + "/{{user}}"}}, new(*workload.SilentError), "refused"},
		{"no metrics", workload.RunningOptions{Plan: loadgen.Plan{URL: bare}, MetricsURL: bare + "/metrics?token=hunter2"}, new(*workload.MetricsError), "404"},
		{"no profiles", workload.RunningOptions{Plan: loadgen.Plan{URL: bare}, NeedPprof: true}, new(*workload.NoPprofError), "404"},
		{"no profiles elsewhere", workload.RunningOptions{
			Plan: loadgen.Plan{URL: bare}, NeedPprof: true,
			Pprof: []profiles.Target{{URL: strings.Replace(silentURL(t), "http://", "http://me:hunter2@", 1)}},
		}, new(*workload.NoPprofError), "refused"},
	} {
		_, err := workload.OpenRunning(t.Context(), row.o)
		if !errors.As(err, row.want) || !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
}

func TestRunning(t *testing.T) {
	url := service(t, map[string]string{"/metrics": metrics})
	private := service(t, map[string]string{"/debug/vars": `{"memstats":{"Mallocs":7}}`})
	for _, row := range []struct {
		name string
		o    workload.RunningOptions
		want string // where the metrics are
	}{
		{"found", workload.RunningOptions{Plan: loadgen.Plan{URL: url + "/a?b={{user}}"}}, url + "/metrics"},
		{"not wanted", workload.RunningOptions{Plan: loadgen.Plan{URL: url}, MetricsURL: profiles.NoMetrics}, ""},
		{"given", workload.RunningOptions{Plan: loadgen.Plan{URL: url}, MetricsURL: private + "/debug/vars"}, private + "/debug/vars"},
		{"where the profiles are", workload.RunningOptions{
			Plan: loadgen.Plan{URL: service(t, nil)}, Pprof: []profiles.Target{{URL: private}},
		}, private + "/debug/vars"},
		{"not with headers", workload.RunningOptions{
			Plan: loadgen.Plan{URL: service(t, nil)}, Pprof: []profiles.Target{{URL: private, Header: http.Header{"A": {"b"}}}},
		}, ""},
	} {
		row.o.Arms = []string{"a", "b"}
		w, err := workload.OpenRunning(t.Context(), row.o)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		arms, manifests := w.Arms(row.o.Plan), w.Manifests(row.o.Plan)
		if len(arms) != 2 || len(manifests) != 2 || arms[1].Name != "b" || manifests[1].Name != "b" || manifests[0].FreshProcess || w.Benchmark() != "HTTP" {
			t.Errorf("%s: got arms %+v, %+v", row.name, arms, manifests)
			continue
		}
		target, err := arms[0].Start(t.Context(), experiment.Lap{})
		if err != nil || target.MetricsURL != row.want || manifests[0].MetricsURL != row.want || target.Plan.URL != row.o.Plan.URL || len(target.Pprof) != 1 {
			t.Errorf("%s: got %+v, %v, want metrics at %q", row.name, target, err, row.want)
		}
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestManifests: descriptions of arms hold no secrets.
func TestManifests(t *testing.T) {
	plan := loadgen.Plan{
		URL: "http://me:hunter2@host:{{port}}/?token=hunter2&user={{user}}", Header: http.Header{"authorization": {"hunter2"}}, Body: "hunter2",
	}
	programs := workload.NewPrograms([]experiment.ProcessArm{
		{Name: "old", Command: "./old --password=hunter2", MetricsURL: "http://me:hunter2@host/metrics"}, {Name: "new", Command: "./new"},
	}, nil)
	lotteryd := workload.NewReference(reference.New(reference.Options{}), []reference.Configuration{
		{Name: "plain"}, {Name: "eu", Flags: []string{"--region", "eu"}, Switches: "dice=best"},
	})
	for _, row := range []struct {
		name      string
		w         workload.Workload
		benchmark string
		arms      []string
		want      runfolder.ArmManifest
	}{
		{"programs", programs, "HTTP", []string{"old", "new"}, runfolder.ArmManifest{
			Name: "old", FreshProcess: true, Command: []string{"./old", "--password=***"},
			URL: "http://***@host:{{port}}/?token=***&user={{user}}", MetricsURL: "http://***@host/metrics", Method: "POST",
			Headers: []string{"Authorization"}, BodyBytes: 7, BodySHA256: "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7",
		}},
		{"reference", lotteryd, "Draw", []string{"plain", "eu"}, runfolder.ArmManifest{
			Name: "plain", FreshProcess: true, Command: []string{"lotteryd", "serve", "--migrate"},
			URL: "http://127.0.0.1/v1/activities/<run>/draws", Method: "POST", Headers: []string{"Content-Type"},
			BodyBytes: 40, BodySHA256: "",
		}},
	} {
		arms, got := row.w.Arms(plan), row.w.Manifests(plan)
		for i, name := range row.arms {
			if len(arms) != len(row.arms) || len(got) != len(row.arms) || arms[i].Name != name || got[i].Name != name {
				t.Fatalf("%s: got %+v, %+v, want arms %q", row.name, arms, got, row.arms)
			}
		}
		if row.want.BodySHA256 == "" {
			row.want.BodySHA256 = got[0].BodySHA256
		}
		if row.w.Benchmark() != row.benchmark || !reflect.DeepEqual(got[0], row.want) {
			t.Errorf("%s: got %s, %+v, want %+v", row.name, row.w.Benchmark(), got[0], row.want)
		}
	}
	if got := lotteryd.Manifests(plan)[1]; strings.Join(got.Command, " ") != "lotteryd serve --migrate --region eu" || got.Switches != "dice=best" {
		t.Errorf("got %+v", got)
	}
	if got := programs.Manifests(loadgen.Plan{})[1]; got.Method != "GET" || got.BodySHA256 != "" {
		t.Errorf("got %+v of a plan without a body", got)
	}
}
