package httpapi_test

import (
	"context"
	"fmt"
	"regexp"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// labelsNow are the labels on any goroutine of the process.
func labelsNow(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		t.Fatal(err)
	}
	return strings.Join(regexp.MustCompile(`(?m)^# labels: .*$`).FindAllString(text.String(), -1), "; ")
}

// lookingObserver looks at the labels when an answer has been written.
type lookingObserver struct {
	deafObserver
	look func()
}

func (o lookingObserver) Answered(lottery.Entry, lottery.Answer, time.Duration) { o.look() }

func TestDrawsAreLabelled(t *testing.T) {
	win := func(tier string) lottery.Answer {
		return lottery.Answer{Result: lottery.Win, Prize: &lottery.Prize{ID: "p", Tier: tier, Name: "P"}, Unit: 1, Code: "C"}
	}
	var answer lottery.Answer
	var during, after string
	draw := func(context.Context, lottery.Entry) (lottery.Answer, error) {
		during = labelsNow(t)
		return answer, nil
	}
	p := newPort(fakeDrawer{draw, draw}, func(o *httpapi.PublicOptions) {
		o.Labels, o.Observer = true, lookingObserver{look: func() { after = labelsNow(t) }}
	})
	send := func(method, path, body string) {
		t.Helper()
		during, after = "", ""
		if w := p.send(method, path, body); w.Code >= 300 {
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
		if left := labelsNow(t); left != "" {
			t.Errorf("labels are left on: %s", left)
		}
	}
	for _, c := range []struct {
		answer lottery.Answer
		want   string
	}{
		{lottery.Answer{}, `"result":"loss"`}, {lottery.Answer{Result: lottery.Pending}, `"result":"pending"`},
		{win("gold"), `"result":"win", "route":"draw", "tier":"gold"`}, {win("gold"), `"result":"win", "route":"draw", "tier":"gold"`},
	} {
		answer = c.answer
		send("POST", "/v1/activities/a/draws", `{"user":"u","request":"r"}`)
		if !strings.Contains(during, `"route":"draw"`) || strings.Contains(during, "result") || !strings.Contains(after, c.want) {
			t.Errorf("during the draw %s, after its answer %s; want %s", during, after, c.want)
		}
	}
	send("GET", "/v1/activities/a/draws/r?user=u", "")
	if !strings.Contains(during, `"route":"lookup"`) {
		t.Errorf("during the lookup: %s", during)
	}
	for i := range 100 { // what organisers write must not fill the memory
		answer = win(fmt.Sprint("tier-", i))
		send("POST", "/v1/activities/a/draws", `{"user":"u","request":"r"}`)
	}
	if !strings.Contains(after, `"tier":"other"`) {
		t.Errorf("the hundredth tier: %s", after)
	}
}

func TestUnlabelledUnlessAsked(t *testing.T) {
	seen := "never"
	draw := func(context.Context, lottery.Entry) (lottery.Answer, error) {
		seen = labelsNow(t)
		return lottery.Answer{}, nil
	}
	newPort(fakeDrawer{draw, draw}).send("POST", "/v1/activities/a/draws", `{"user":"u","request":"r"}`)
	if seen != "" {
		t.Errorf("labels: %s", seen)
	}
}
