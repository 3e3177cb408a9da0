package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
)

func verifySQL(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// verifySeed makes a ledger with the activity "spring", of one mug that every
// draw wins.
func verifySeed(t *testing.T, url string) {
	t.Helper()
	migration, err := os.ReadFile("../../internal/postgres/migrations/0001_ledger.sql")
	if err != nil {
		t.Fatal(err)
	}
	verifySQL(t, url, string(migration))
	spec := `{"id":"spring","name":"Spring","starts":"2026-01-01T00:00:00Z","ends":"2027-01-01T00:00:00Z","dice":"committed",
		"blank_weight":0,"prizes":[{"id":"mug","tier":"third","name":"Mug","weight":1,"stock":1}]}`
	verifySQL(t, url, `INSERT INTO activity (id, spec, version, epoch, secret) VALUES ('spring', '`+spec+`', 1, 2, sha256('x'));
		INSERT INTO activity_version (activity, version, spec, closed) SELECT id, version, spec, closed FROM activity;
		INSERT INTO unit VALUES ('spring', 0, 1, 'code')`)
}

func TestVerifyExitCodes(t *testing.T) {
	t.Parallel()
	redis, pg := openStores(t)
	answers := filepath.Join(t.TempDir(), "answers.jsonl")
	line := `{"status":200,"request":{"user":"ann","request":"r"},"response":{"result":"win","activity":"spring","user":"ann","request":"r","prize":{"id":"mug"},"unit":1,"code":"code"}}`
	if err := os.WriteFile(answers, []byte(line+"\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	base := []string{"verify", "--postgres", pg, "--redis", redis, "--wait", "0s"}
	_, stderr, err := execute(t, base...)
	wantVerify(t, "no schema", stderr, err, 2, "table activity is missing: the database has no lotteryd ledger; run `lotteryd migrate`")
	verifySeed(t, pg)

	for _, row := range []struct {
		name string
		args []string
		code int
		want string // in stdout or stderr
	}{
		{"held", nil, 0, "nothing is broken; not checked, or only in part: I1,"},
		{"strict", []string{"--strict"}, 3, "lotteryctl: nothing is broken; not checked, or only in part"},
		{"one activity", []string{"--activity", "spring"}, 0, "activity spring: 0 of 1 units won"},
		{"an acknowledged win without a row", []string{"--answers", answers}, 1, "the win of mug unit 1, acknowledged to user \"ann\""},
		{"a malformed line", []string{"--answers", answers}, 1, "answers.jsonl, line 2 was skipped: invalid character"},
		{"another commitment", []string{"--commitment", "spring=" + strings.Repeat("00", 32)}, 1, "does not match its commitment"},
		{"no such activity", []string{"--activity", "autumn"}, 2, `the ledger has no activity "autumn"`},
		{"no such log", []string{"--answers", answers + ".gz"}, 2, "no such file"},
		{"not a log", []string{"--answers", "run.go"}, 2, "run.go is not a log of answers: line 1: invalid character"},
	} {
		stdout, stderr, err := execute(t, append(append([]string{}, base...), row.args...)...)
		wantVerify(t, row.name, stdout+stderr, err, row.code, row.want)
	}
	verifySQL(t, pg, "ALTER TABLE draw DROP CONSTRAINT draw_unit")
	stdout, _, err := execute(t, append(base, "--json")...)
	wantVerify(t, "a dropped constraint", stdout, err, 1, "no unit is won twice: no constraint in force ensures this")
	var report struct{ Version, Held any }
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Version != 1.0 || report.Held != false {
		t.Errorf("--json: %+v, error %v", report, err)
	}
}

func wantVerify(t *testing.T, name, printed string, err error, code int, want string) {
	t.Helper()
	if got := cli.ExitCode(err); got != code || !strings.Contains(printed, want) {
		t.Errorf("%s: exit %d (%v), want %d with %q, printed\n%s", name, got, err, code, want, printed)
	}
}

func TestVerifyReadsAnswersFromStdin(t *testing.T) {
	t.Parallel()
	_, pg := openStores(t)
	verifySeed(t, pg)
	in := strings.NewReader(`{"status":410,"path":"/v1/activities/spring/draws","request":{"user":"ann","request":"r"},"response":{"kind":"ended"}}`)
	var out, errOut bytes.Buffer
	err := run(t.Context(), []string{"verify", "--postgres", pg, "--answers", "-"}, in, &out, &errOut)
	if err != nil || !strings.Contains(out.String(), "answers: 0 wins, 0 losses, 0 pending, 1 refused, 0 unknown, in 1 requests") {
		t.Errorf("error %v, printed\n%s%s", err, &out, &errOut)
	}
}

func TestVerifyRefusesBadInputWithoutSecrets(t *testing.T) {
	const secret = "hunter2"
	dead := "postgres://u:" + secret + "@127.0.0.1:1/db"
	for name, row := range map[string]struct {
		args []string
		want string
	}{
		"no ledger":        {nil, "--postgres is missing"},
		"bad ledger url":   {[]string{"--postgres", "postgres://u:" + secret + "@[::1/%zz"}, "the Postgres URL is not valid"},
		"bad redis url":    {[]string{"--postgres", dead, "--redis", "redis://:" + secret + "%zz@h"}, "the Redis URL is not valid"},
		"no redis there":   {[]string{"--postgres", dead, "--redis", "redis://:" + secret + "@127.0.0.1:1/0"}, "redis at 127.0.0.1:1 cannot be reached"},
		"no postgres":      {[]string{"--postgres", dead}, "postgres at 127.0.0.1:1 cannot be reached: connect: connection refused"},
		"negative wait":    {[]string{"--postgres", dead, "--wait", "-1s"}, "--wait is -1s"},
		"short timeout":    {[]string{"--postgres", dead, "--timeout", "1s"}, "--timeout is 1s; use a value longer than --wait"},
		"no overdue":       {[]string{"--postgres", dead, "--overdue", "0s"}, "--overdue is 0s"},
		"show nothing":     {[]string{"--postgres", dead, "--show", "0"}, "--show is 0"},
		"half commitment":  {[]string{"--postgres", dead, "--commitment", "spring"}, "use ACTIVITY=HEX"},
		"other commitment": {[]string{"--postgres", dead, "--activity", "a", "--commitment", "b=" + strings.Repeat("00", 32)}, "is for activity \"b\""},
		"stdin twice":      {[]string{"--postgres", dead, "--answers", "-", "--answers", "-"}, "stdin can be read only once"},
		"an argument":      {[]string{"answers.jsonl"}, "unexpected argument"},
	} {
		stdout, stderr, err := execute(t, append([]string{"verify"}, row.args...)...)
		if cli.ExitCode(err) != 2 || !strings.Contains(stderr, row.want) || strings.Count(stderr, "\n") != 1 || stdout != "" {
			t.Errorf("%s: exit %d, printed %q, want one sentence with %q", name, cli.ExitCode(err), stdout+stderr, row.want)
		}
		if strings.Contains(stdout+stderr, secret) {
			t.Errorf("%s: the password was printed: %q", name, stderr)
		}
	}
}

func TestVerifyWrongPasswordIsNotPrinted(t *testing.T) {
	t.Parallel()
	redis, pg := openStores(t)
	u, err := url.Parse(pg)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(u.User.Username(), "hunter2")
	r, err := url.Parse(redis)
	if err != nil {
		t.Fatal(err)
	}
	r.User = url.UserPassword("", "hunter2")
	for want, args := range map[string][]string{
		"password authentication failed": {"--postgres", u.String()},
		"WRONGPASS":                      {"--postgres", pg, "--redis", r.String()},
	} {
		_, stderr, err := execute(t, append([]string{"verify"}, args...)...)
		if cli.ExitCode(err) != 2 || strings.Contains(stderr, "hunter2") || !strings.Contains(stderr, want) {
			t.Errorf("exit %d, printed %q, want %q", cli.ExitCode(err), stderr, want)
		}
	}
}

func TestVerifyEndsWithItsTimeAndWithCtrlC(t *testing.T) {
	t.Parallel()
	_, pg := openStores(t)
	verifySeed(t, pg)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	var out, errOut bytes.Buffer
	// Nothing ever comes from stdin: only the interrupt, seen at the next line, ends it.
	err := run(ctx, []string{"verify", "--postgres", pg, "--answers", "-"}, endless{}, &out, &errOut)
	if cli.ExitCode(err) != cli.CodeInterrupted {
		t.Errorf("after Ctrl-C: exit %d: %v", cli.ExitCode(err), err)
	}
	_, stderr, err := execute(t, "verify", "--postgres", pg, "--wait", "0s", "--timeout", "1ns")
	wantVerify(t, "timeout", stderr, err, 2, "the audit was not finished within 1ns; increase --timeout")
}

// endless is a stdin of empty lines.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	time.Sleep(time.Millisecond)
	b[0] = '\n'
	return 1, nil
}
