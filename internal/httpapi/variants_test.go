package httpapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/lotteryctl/lotteryctl/internal/httpapi"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// variant is one setting of the three switches of this room.
type variant struct {
	name string
	set  func(*httpapi.PublicOptions)
}

func codecVariants() map[string]httpapi.Codec {
	all := map[string]httpapi.Codec{
		"standard": httpapi.StandardCodec(), "fastjson": httpapi.FastjsonCodec(), "append": httpapi.AppendCodec(), "goccy": httpapi.GoccyCodec(),
	}
	if c, err := httpapi.JSONv2Codec(); err == nil {
		all["jsonv2"] = c
	}
	return all
}

func contextVariants() map[string]httpapi.Contexts {
	return map[string]httpapi.Contexts{
		"allocated/wide": httpapi.AllocatedContexts(httpapi.Wide), "allocated/narrow": httpapi.AllocatedContexts(httpapi.Narrow),
		"pooled/wide": httpapi.PooledContexts(httpapi.Wide), "pooled/narrow": httpapi.PooledContexts(httpapi.Narrow),
		"stack/wide": httpapi.StackContexts(httpapi.Wide), "stack/narrow": httpapi.StackContexts(httpapi.Narrow),
	}
}

// variants is every codec with every kind of contexts.
func variants() []variant {
	var all []variant
	for codecName, codec := range codecVariants() {
		for contextsName, contexts := range contextVariants() {
			all = append(all, variant{codecName + "/" + contextsName, func(o *httpapi.PublicOptions) {
				o.Codec, o.Contexts = codec, contexts
			}})
		}
	}
	return all
}

// echoing wins for even requests and loses for odd ones; the win's texts are
// made of who asked, so that an answer tells whose it is. It panics for users
// that ask for it, in the middle of their request.
func echoing() lottery.Drawer {
	f := func(_ context.Context, e lottery.Entry) (lottery.Answer, error) {
		switch {
		case e.User == "panic":
			panic("asked for")
		case e.User == "refused":
			return lottery.Answer{}, lottery.Refuse(lottery.KindBlocked, "you may not draw")
		case len(e.Request)%2 == 1:
			return lottery.Answer{}, nil
		}
		prize := &lottery.Prize{ID: "id-" + e.User, Tier: "tier-" + e.Proof, Name: "<" + e.Request + ">"}
		return lottery.Answer{Result: lottery.Win, Prize: prize, Unit: int64(len(e.Request)), Code: "code-" + e.User + e.Request}, nil
	}
	return fakeDrawer{f, f}
}

// TestRequestsDoNotMix lets many users draw at once, with ids of many lengths
// and bad requests and panics in between: every answer, of every variant, must
// be its own asker's to the last byte.
func TestRequestsDoNotMix(t *testing.T) {
	const users, draws = 6, 12
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) {
			o := httpapi.PublicOptions{Drawer: echoing(), Observer: deafObserver{}, Logger: quiet()}
			v.set(&o)
			p := &port{Handler: httpapi.NewPublic(o)}
			var wg sync.WaitGroup
			for u := range users {
				wg.Go(func() {
					for d := range draws {
						checkOwnAnswer(t, p, fmt.Sprintf("user-%d", u), strings.Repeat(string(rune('a'+u)), 1+(d*7)%100))
						p.send("POST", drawPath, `{"user":"leftover","proof":"`+strings.Repeat("z", d*20)+`"`)
						p.send("POST", drawPath, `{"user":"refused","request":"r"}`)
						p.send("POST", drawPath, `{"user":"panic","request":"r"}`)
					}
				})
			}
			wg.Wait()
		})
	}
}

func checkOwnAnswer(t *testing.T, p *port, user, request string) {
	t.Helper()
	want := fmt.Sprintf(`{"result":"loss","activity":"spring","user":%q,"request":%q}`+"\n", user, request)
	if len(request)%2 == 0 {
		want = fmt.Sprintf(`{"result":"win","activity":"spring","user":%q,"request":%q,"prize":{"id":"id-%s","tier":"tier-\u0026","name":"\u003c%s\u003e"},"unit":%d,"code":"code-%s%s"}`+"\n",
			user, request, user, request, len(request), user, request)
	}
	body := &yieldingReader{strings.NewReader(fmt.Sprintf(`{"user":%q,"request":%q,"proof":"&"}`, user, request))}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, drawRequest(body))
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("%s asked %q and got %d %s; want %s", user, request, w.Code, w.Body, want)
	}
}

// yieldingReader lets other requests run in the middle of its body.
type yieldingReader struct{ r io.Reader }

func (y *yieldingReader) Read(p []byte) (int, error) {
	runtime.Gosched()
	return y.r.Read(p[:min(len(p), 7)])
}

// TestVariantsAgree sends every refusal, and bodies up to the limit in pieces,
// to every variant: status and kind are those of the default.
func TestVariantsAgree(t *testing.T) {
	room := httpapi.MaxDrawBody - len(goodBody)
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) {
			p := newPort(answering(lottery.Answer{}, nil), v.set)
			for _, c := range refusals() {
				if w := c.send(p); w.Code != c.status || !strings.Contains(w.Body.String(), `"kind":"`+c.kind+`"`) {
					t.Errorf("%s: got %d %s; want %d %s", c.name, w.Code, w.Body, c.status, c.kind)
				}
			}
			for _, size := range []int{0, 511 - len(goodBody), 512 - len(goodBody), 513 - len(goodBody), room - 1, room, room + 1} {
				want := 200
				if size > room {
					want = 413
				}
				for _, row := range []struct {
					name string
					body io.Reader
				}{
					{"whole", strings.NewReader(goodBody + strings.Repeat(" ", size))},
					{"byte by byte", iotest.OneByteReader(strings.NewReader(goodBody + strings.Repeat(" ", size)))},
				} {
					w := httptest.NewRecorder()
					p.ServeHTTP(w, drawRequest(struct{ io.Reader }{row.body}))
					if w.Code != want {
						t.Errorf("%d bytes of white space, %s: got %d %s; want %d", size, row.name, w.Code, w.Body, want)
					}
				}
			}
		})
	}
}
