package audit_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/audit"
)

const (
	winLine = `{"seq":1,"sent":"2026-01-02T03:04:05Z","done":"2026-01-02T03:04:06Z","status":200,"request":"{\"user\":\"ann\",\"request\":\"r1\",\"proof\":\"p\"}","response":"{\"result\":\"win\",\"activity\":\"demo\",\"user\":\"ann\",\"request\":\"r1\",\"prize\":{\"id\":\"mug\",\"tier\":\"t\",\"name\":\"Mug\"},\"unit\":7,\"code\":\"C\"}\n"}`
	// A client that logs bodies as objects and the path it called.
	lossLine    = `{"status":200,"path":"/v1/activities/demo/draws","request":{"user":"bob","request":"r2"},"response":{"result":"loss","activity":"demo","user":"bob","request":"r2"}}`
	pendingLine = `{"status":202,"request":{"user":"bob","request":"r3"},"response":{"result":"pending","activity":"demo","user":"bob","request":"r3"}}`
	refusedLine = `{"status":410,"url":"http://h:1/v1/activities/demo/draws","request":"{\"user\":\"cy\",\"request\":\"r4\"}","response":"{\"kind\":\"ended\",\"status\":410}"}`
)

func TestReadAnswersUnderstandsWhatExchangesSay(t *testing.T) {
	for _, row := range []struct {
		line string
		want audit.Answer // without times
	}{
		{winLine, audit.Answer{Activity: "demo", User: "ann", Request: "r1", Proof: "p", Result: audit.Win, Prize: "mug", Unit: 7, Code: "C"}},
		{lossLine, audit.Answer{Activity: "demo", User: "bob", Request: "r2", Result: audit.Loss}},
		{pendingLine, audit.Answer{Activity: "demo", User: "bob", Request: "r3", Result: audit.Pending}},
		{refusedLine, audit.Answer{Activity: "demo", User: "cy", Request: "r4", Result: audit.Refused, Kind: "ended"}},
		{`{"status":503,"request":{"user":"d","request":"r"},"response":{"kind":"dependency-unavailable"}}`,
			audit.Answer{User: "d", Request: "r", Result: audit.Unknown, Kind: "dependency-unavailable"}},
		{`{"kind":"timeout","error":"no answer within 10s","request":{"user":"d","request":"r"}}`,
			audit.Answer{User: "d", Request: "r", Result: audit.Unknown}},
		{`{"status":502,"request":{"user":"d","request":"r"},"response":"<html>bad gateway"}`,
			audit.Answer{User: "d", Request: "r", Result: audit.Unknown}},
		{`{"status":404,"path":"/v1/activities/demo/draws/r%2F9?user=d%20e","response":{"kind":"unknown-request"}}`,
			audit.Answer{Activity: "demo", User: "d e", Request: "r/9", Result: audit.Refused, Kind: "unknown-request"}},
		{`{"status":200,"request":{"user":"eve"},"response":{"result":"loss","activity":"demo","user":"eve","request":"by-header"}}`,
			audit.Answer{Activity: "demo", User: "eve", Request: "by-header", Result: audit.Loss}},
		{`{"status":200,"request":{"user":"eve","request":"mine"},"response":{"result":"loss","activity":"demo","user":"eve","request":"yours"}}`,
			audit.Answer{Activity: "demo", User: "eve", Request: "mine", Result: audit.Loss, Crossed: true}},
	} {
		log, err := audit.ReadAnswers(strings.NewReader(row.line), "log")
		if err != nil || len(log.Answers) != 1 {
			t.Errorf("%s: %d answers, malformed %v, error %v", row.line, len(log.Answers), log.Malformed, err)
			continue
		}
		got := log.Answers[0]
		got.Sent, got.Done = row.want.Sent, row.want.Done
		if got != row.want {
			t.Errorf("%s:\n got %+v\nwant %+v", row.line, got, row.want)
		}
	}
}

func TestMalformedLinesAreReportedAndTheRestCounts(t *testing.T) {
	for _, row := range []struct{ line, want string }{
		{`{"status":200`, "unexpected end of JSON input"},
		{`[]`, "cannot unmarshal array"},
		{`{"sent":"yesterday"}`, "parsing time"},
		{`{"status":200,"request":"user=ann","response":{"result":"loss"}}`, "the request body is not a draw"},
		{`{"status":200,"response":"hello"}`, "neither an answer nor a problem document"},
		{`{"status":200,"response":{}}`, "neither a result nor a kind"},
		{`{"status":200,"response":{"result":"maybe"}}`, `unknown result "maybe"`},
		{`{"status":200,"response":{"result":"loss"}}`, "does not name activity, user and request"},
		{`{"status":200,"response":{"result":"win","activity":"a","user":"u","request":"r","unit":0}}`, "no prize id, unit or code"},
		{`{"error":"` + strings.Repeat("x", 1<<20) + `"}`, "longer than 1 MiB"},
	} {
		text := winLine + "\n" + row.line + "\n\n" + lossLine // no newline at the end
		log, err := audit.ReadAnswers(strings.NewReader(text), "log")
		if err != nil || len(log.Answers) != 2 {
			t.Errorf("%.80s: %d answers, error %v", row.line, len(log.Answers), err)
		}
		if len(log.Malformed) != 1 || log.Malformed[0].Line != 2 || log.Malformed[0].Source != "log" ||
			!strings.Contains(log.Malformed[0].Reason, row.want) {
			t.Errorf("%.80s: malformed lines are %v, want line 2 with %q", row.line, log.Malformed, row.want)
		}
	}
}

func TestTooLongLastLineIsReported(t *testing.T) {
	log, err := audit.ReadAnswers(strings.NewReader(lossLine+"\n"+strings.Repeat("x", 1<<20+1)), "log")
	if err != nil || len(log.Answers) != 1 || len(log.Malformed) != 1 {
		t.Errorf("%d answers, malformed %v, error %v", len(log.Answers), log.Malformed, err)
	}
}

func TestRecorderIsConcurrencySafe(t *testing.T) {
	var rec audit.Recorder
	var work sync.WaitGroup
	for i := range 8 {
		work.Go(func() {
			for j := range 100 {
				rec.Record(audit.Answer{User: fmt.Sprint(i), Request: fmt.Sprint(j), Result: audit.Loss})
			}
		})
	}
	work.Wait()
	x := audit.Exchange{Status: 200, Request: []byte(`{"user":"u","request":"r"}`), Response: []byte(`{"result":"loss","activity":"a","user":"u","request":"r"}`)}
	if a, err := rec.RecordExchange(x); err != nil || a.Result != audit.Loss {
		t.Errorf("recorded %+v, error %v", a, err)
	}
	if _, err := rec.RecordExchange(audit.Exchange{Status: 200, Response: []byte("?")}); err == nil {
		t.Error("an exchange that is not a draw was recorded without an error")
	}
	answers := rec.Log().Answers
	if len(answers) != 801 {
		t.Fatalf("%d answers, want 801", len(answers))
	}
	for _, a := range answers[:800] {
		if a.Done.IsZero() {
			t.Fatal("an answer has no time")
		}
	}
}

// FuzzReadAnswers checks that no log makes the reader fail or lose count, and
// that what it reads can be judged.
func FuzzReadAnswers(f *testing.F) {
	for _, seed := range []string{winLine, lossLine, pendingLine, refusedLine, "{}", "\n\n", `{"request":1}`, `{"url":"%zz"}`} {
		f.Add([]byte(seed + "\n" + lossLine))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		log, err := audit.ReadAnswers(bytes.NewReader(data), "fuzz")
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range bytes.Lines(data) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if got := len(log.Answers) + len(log.Malformed); got != lines {
			t.Errorf("%d answers and malformed lines of %d lines", got, lines)
		}
		for _, a := range log.Answers {
			if a.Result == audit.Win && (a.User == "" || a.Request == "" || a.Prize == "") {
				t.Errorf("a win without user, request or prize: %+v", a)
			}
		}
		audit.Check(audit.Evidence{Ledger: &audit.Ledger{}, Log: log}, audit.Options{})
	})
}
