package telemetry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

func TestDrawLog(t *testing.T) {
	replayed := winIn("gold")
	replayed.Replayed = true
	for _, c := range []struct {
		name   string
		level  slog.Level
		every  int
		answer lottery.Answer
		lines  int // of 10 answers
		has    string
	}{
		{"wins always", slog.LevelInfo, 1000, winIn("gold"), 10, `"msg":"win"`},
		{"replayed wins say so", slog.LevelInfo, 1000, replayed, 10, `"replayed":true`},
		{"pending", slog.LevelInfo, 1000, lottery.Answer{Result: lottery.Pending}, 10, `"msg":"pending"`},
		{"losses not at info", slog.LevelInfo, 1, lottery.Answer{}, 0, ""},
		{"losses sampled at debug", slog.LevelDebug, 4, lottery.Answer{}, 2, `"one_in":4`},
		{"losses never", slog.LevelDebug, 0, lottery.Answer{}, 0, ""},
		{"losses never, though negative", slog.LevelDebug, -1, lottery.Answer{}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			level := &slog.LevelVar{}
			level.Set(c.level)
			d := telemetry.NewDrawLog(telemetry.NewMetrics(""), telemetry.NewLogger(&out, telemetry.LogJSON, level), c.every)
			for range 10 {
				d.Started()
				d.Answered(entry, c.answer, time.Millisecond)
			}
			if got := strings.Count(out.String(), "\n"); got != c.lines || !strings.Contains(out.String(), c.has) {
				t.Errorf("got %d lines; want %d with %s:\n%s", got, c.lines, c.has, out.String())
			}
			for _, unlocks := range []string{"SECRET-CODE", entry.User, entry.Request} {
				if strings.Contains(out.String(), unlocks) {
					t.Errorf("the log holds %s:\n%s", unlocks, out.String())
				}
			}
			expect(t, d.Metrics, map[string]string{"lotteryd_draws_in_flight": "0"})
		})
	}
}

func TestLevelChangesWhileRunning(t *testing.T) {
	var out bytes.Buffer
	level := &slog.LevelVar{}
	log := telemetry.NewLogger(&out, telemetry.LogText, level)
	log.Debug("early")
	level.Set(slog.LevelDebug)
	log.Debug("late")
	if got := out.String(); strings.Contains(got, "early") || !strings.Contains(got, "msg=late") {
		t.Errorf("got %q; want only the late line, as text", got)
	}
}

// TestSecretsStayHidden prints secrets every way a careless line could.
func TestSecretsStayHidden(t *testing.T) {
	const hidden = "hunter2"
	values := struct {
		Token telemetry.Secret
		URL   telemetry.SecretURL
		Query telemetry.SecretURL
		DSN   telemetry.SecretURL
		Bad   telemetry.SecretURL
	}{
		hidden, "postgres://app:hunter2@db:5432/lottery?sslmode=disable", "postgres:///x?password=hunter2&host=/tmp",
		"host=db password=hunter2", "redis://:hunter2@db:6379:%zz",
	}
	asJSON, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", values.Token, "url", values.URL, "query", values.Query, "dsn", values.DSN, "all", values)
	for _, row := range []struct{ how, text string }{
		{"%v", fmt.Sprint(values)}, {"%+v", fmt.Sprintf("%+v", values)}, {"%#v", fmt.Sprintf("%#v", values)},
		{"%s", fmt.Sprintf("%s %s", values.Token, values.URL)}, {"%q", fmt.Sprintf("%q", values.Token)},
		{"json", string(asJSON)}, {"slog", log.String()}, {"error", fmt.Errorf("open %v: %w", values.URL, io.EOF).Error()},
	} {
		if strings.Contains(row.text, hidden) {
			t.Errorf("%s shows the secret: %s", row.how, row.text)
		}
		if !strings.Contains(row.text, "REDACTED") {
			t.Errorf("%s shows nothing where a secret is: %s", row.how, row.text)
		}
	}
}

func TestSecretURLShowsTheRest(t *testing.T) {
	for _, row := range []struct {
		in   telemetry.SecretURL
		want string
	}{
		{"", ""},
		{"postgres://app:pw@db:5432/lottery?sslmode=disable", "postgres://app:REDACTED@db:5432/lottery?sslmode=disable"},
		{"redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"},
		{"postgres:///l?host=/run/pg&sslpassword=x", "postgres:///l?host=%2Frun%2Fpg&sslpassword=REDACTED"},
		{"not a url", "REDACTED"},
	} {
		if got := row.in.String(); got != row.want {
			t.Errorf("got %q; want %q", got, row.want)
		}
	}
	if got := telemetry.Secret("").String(); got != "" {
		t.Errorf("an unset secret shows as %q", got)
	}
}

func BenchmarkDrawLogLoss(b *testing.B) {
	d := telemetry.NewDrawLog(telemetry.NewMetrics(""), telemetry.NewLogger(io.Discard, telemetry.LogJSON, &slog.LevelVar{}), 1000)
	b.ReportAllocs()
	for b.Loop() {
		d.Started()
		d.Answered(entry, lottery.Answer{}, 700*time.Microsecond)
	}
}
