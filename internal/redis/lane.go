package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/batch"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// errOtherServer refuses a connection to a Redis process the lane has not met:
// what it was about to send names the old one.
var errOtherServer = errors.New("redis restarted or failed over")

// lane owns one connection and runs one batch at a time on it. Used by one
// goroutine; only serverID is touched by go-redis' dialling, which happens
// inside that goroutine's calls.
type lane struct {
	client   *redis.Client
	options  Options
	script   *redis.Script
	serverID atomic.Pointer[string] // run_id of the process behind the connection

	names map[string][]string // keys by activity
	blobs []blob              // argument space, reused
	args  []any
}

// blob is an argument that go-redis sends without a copy or an allocation.
type blob struct{ bytes []byte }

// MarshalBinary hands the bytes to go-redis.
func (b *blob) MarshalBinary() ([]byte, error) { return b.bytes, nil }

func newLane(conf redis.Options, opt Options) *lane {
	l := &lane{options: opt, script: redis.NewScript(opt.DrawScript), names: make(map[string][]string)}
	conf.PoolSize = 1
	// A retry would send a script call that names the old process to the new
	// one; the domain retries instead, with a fresh call.
	conf.MaxRetries = -1
	conf.OnConnect = l.meet
	l.client = redis.NewClient(&conf)
	unmet := ""
	l.serverID.Store(&unmet)
	return l
}

// meet learns which process a new connection leads to, and refuses it once if
// that is another one than before.
func (l *lane) meet(ctx context.Context, c *redis.Conn) error {
	info, err := c.Info(ctx, "server").Result()
	if err != nil {
		return err
	}
	id := infoField(info, "run_id")
	if old := l.serverID.Swap(&id); *old != id {
		return errOtherServer
	}
	return nil
}

// run answers calls, in one script call for each activity among them.
func (l *lane) run(calls []*batch.Call[question, reply]) {
	for len(calls) > 0 {
		// Calls of one activity and mode are moved to the front and answered.
		same := 1
		for i := 1; i < len(calls); i++ {
			if sameCall(calls[0].In, calls[i].In) {
				calls[same], calls[i] = calls[i], calls[same]
				same++
			}
		}
		l.answer(calls[:same])
		calls = calls[same:]
	}
}

// sameCall tells whether two questions can share a script call. Pointer
// equality of the activity means the same version and epoch.
func sameCall(a, b question) bool {
	return a.ticket.Activity == b.ticket.Activity && a.peek == b.peek
}

func (l *lane) answer(calls []*batch.Call[question, reply]) {
	text, err := l.call(calls)
	if errors.Is(err, errOtherServer) {
		// Nothing was sent. The new arguments name the new process, and the script
		// finds out whether the state was published to it.
		text, err = l.call(calls)
	}
	for _, c := range calls {
		if err != nil {
			c.Out = reply{err: lottery.Unavailable("Redis", err)}
			continue
		}
		var word string
		word, text, _ = strings.Cut(text, " ")
		c.Out.res, c.Out.err = parseReply(word)
		if r := &c.Out.res; r.Status == lottery.StatusHeld && !r.Replayed {
			// The script does not repeat what the ticket itself says; a replayed
			// hold says with what it was drawn.
			r.Hold.Version, r.Hold.Word = c.In.ticket.Activity.Version, c.In.ticket.Word
		}
	}
}

// call runs the script once. A script that Redis has forgotten is sent whole.
func (l *lane) call(calls []*batch.Call[question, reply]) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), l.options.Timeout)
	defer cancel()
	names, args := l.arguments(calls)
	text, err := l.script.EvalSha(ctx, l.client, names, args...).Text()
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		text, err = l.script.Eval(ctx, l.client, names, args...).Text()
	}
	return text, err
}

// arguments lays out KEYS and ARGV as draw.lua wants them. The result is valid
// until the next call.
func (l *lane) arguments(calls []*batch.Call[question, reply]) ([]string, []any) {
	first := calls[0].In
	a := first.ticket.Activity
	names := l.names[a.Spec.ID]
	if names == nil {
		names = keys(a.Spec.ID)
		l.names[a.Spec.ID] = names
	}
	starts, ends := a.Window()
	mode := "draw"
	if first.peek {
		mode = "peek"
	}
	l.args = append(l.args[:0], a.Epoch, a.Version, *l.serverID.Load(), starts, ends,
		a.Spec.DrawsPerUser, a.Spec.WinsPerUser, mode)
	for len(l.blobs) < 2*len(calls) {
		l.blobs = append(l.blobs, blob{})
	}
	for i, c := range calls {
		k, t := &l.blobs[2*i], &l.blobs[2*i+1]
		k.bytes = append(append(k.bytes[:0], c.In.ticket.UserKey[:]...), c.In.ticket.RequestKey[:]...)
		t.bytes = appendTicket(t.bytes[:0], c.In.ticket)
		l.args = append(l.args, k, t)
	}
	return names, l.args
}

// appendTicket writes the second argument of a ticket.
func appendTicket(b []byte, t *lottery.Ticket) []byte {
	kind := byte('L')
	switch {
	case t.Blocked:
		kind = 'B'
	case t.Prize != lottery.Blank:
		kind = 'W'
	}
	b = binary.BigEndian.AppendUint32(append(b, kind), t.Mark)
	if kind != 'W' {
		return b
	}
	for i, p := range t.Activity.Chain(t.Prize) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(p), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, t.Activity.Spec.Prizes[p].Stock, 10)
	}
	b = append(b, ';')
	b = strconv.AppendInt(b, t.Activity.Version, 10)
	b = append(b, ',')
	b = strconv.AppendUint(b, t.Word, 10)
	b = append(b, ',')
	b = strconv.AppendUint(b, uint64(t.Mark), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(len(t.User)), 10)
	b = append(b, ';')
	b = append(b, t.User...)
	return append(b, t.Request...)
}
