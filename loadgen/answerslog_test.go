package loadgen_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

func TestAnswersLogRoundTrip(t *testing.T) {
	start := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	var file strings.Builder
	log := loadgen.NewAnswersLog(&file)
	log.Record(&loadgen.Exchange{
		Seq: 4, Start: start, Intended: time.Second, Sent: 1001 * time.Millisecond, Done: 2 * time.Second,
		Status: 200, RequestBody: []byte("ask \"x\"\n"), ResponseBody: []byte("bad \xff byte"), Warmup: true, Retried: true,
	})
	log.Record(&loadgen.Exchange{Seq: 5, Start: start, Err: &loadgen.Error{Kind: loadgen.KindRefused, Err: errors.New("no")}})
	if err := log.Flush(); err != nil {
		t.Fatal(err)
	}
	want := []loadgen.Answer{
		{
			Seq: 4, Intended: start.Add(time.Second), Sent: start.Add(1001 * time.Millisecond), Done: start.Add(2 * time.Second),
			Status: 200, Request: "ask \"x\"\n", Response: "bad \ufffd byte", Warmup: true, Retried: true,
		},
		{Seq: 5, Intended: start, Done: start, Kind: loadgen.KindRefused, Error: "refused: no"},
	}
	err := loadgen.ReadAnswers(strings.NewReader(file.String()), func(line int, a loadgen.Answer, err error) bool {
		if err != nil || line > len(want) || a != want[line-1] {
			t.Errorf("line %d is %+v, %v", line, a, err)
		}
		return true
	})
	if err != nil || strings.Count(file.String(), "\n") != 2 {
		t.Errorf("error %v after\n%s", err, file.String())
	}
}

func TestReadAnswersGoesOnAfterABadLine(t *testing.T) {
	var got []string
	each := func(_ int, a loadgen.Answer, err error) bool {
		if err != nil {
			got = append(got, err.Error())
		} else {
			got = append(got, a.Request)
		}
		return a.Request != "stop"
	}
	text := "{\"request\":\"a\"}\nnonsense\n{\"request\":\"b\"}\n{\"request\":\"stop\"}\n{\"request\":\"c\"}"
	if err := loadgen.ReadAnswers(strings.NewReader(text), each); err != nil {
		t.Fatal(err)
	}
	if len(got) != 4 || got[0] != "a" || !strings.Contains(got[1], "line 2") || got[2] != "b" {
		t.Errorf("lines were %q", got)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAnswersLogReportsAFullDisk(t *testing.T) {
	log := loadgen.NewAnswersLog(full{})
	big := &loadgen.Exchange{RequestBody: []byte(strings.Repeat("x", 1<<20))}
	log.Record(big)
	log.Record(big)
	if err := log.Flush(); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error %v, want no space left", err)
	}
}

func FuzzReadAnswers(f *testing.F) {
	f.Add(`{"seq":1,"intended":"2024-05-06T07:08:09Z","done":"2024-05-06T07:08:09Z","status":200,"response":"{}"}` + "\n{")
	f.Fuzz(func(t *testing.T, text string) {
		lines := 0
		err := loadgen.ReadAnswers(strings.NewReader(text), func(line int, _ loadgen.Answer, _ error) bool {
			if lines++; line != lines {
				t.Fatalf("line %d was called %d", lines, line)
			}
			return true
		})
		if want := strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1; err != nil || text != "" && lines != want {
			t.Fatalf("%d lines of %d, error %v", lines, want, err)
		}
	})
}
