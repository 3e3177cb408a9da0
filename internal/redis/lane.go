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
//
// A lane builds its commands by hand and keeps the part that seldom changes: at
// low load every draw is a call of its own, and the convenient way would box
// seven keys and eight numbers for each.
type lane struct {
	client   *redis.Client
	script   *redis.Script
	source   string
	serverID atomic.Pointer[string] // run_id of the process behind the connection

	header header // what args begins with
	args   []any
	blobs  []blob // argument space, reused
}

// header is what the fixed part of a command was made for.
type header struct {
	activity *lottery.Activity
	peek     bool
	serverID *string
}

// blob is an argument that go-redis sends without a copy or an allocation.
type blob struct{ bytes []byte }

// MarshalBinary hands the bytes to go-redis.
func (b *blob) MarshalBinary() ([]byte, error) { return b.bytes, nil }

func newLane(conf redis.Options, opt Options) *lane {
	l := &lane{script: redis.NewScript(opt.DrawScript), source: opt.DrawScript}
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
// Time is bounded by the client's own timeouts, which need no context.
func (l *lane) call(calls []*batch.Call[question, reply]) (string, error) {
	l.arguments(calls)
	text, err := l.send()
	if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
		l.args[0], l.args[1] = "eval", l.source
		text, err = l.send()
		l.args[0], l.args[1] = "evalsha", l.script.Hash()
	}
	return text, err
}

func (l *lane) send() (string, error) {
	cmd := redis.NewCmd(context.Background(), l.args...)
	if err := l.client.Process(context.Background(), cmd); err != nil {
		return "", err
	}
	return cmd.Text()
}

// arguments lays out the command as draw.lua wants it, in l.args.
func (l *lane) arguments(calls []*batch.Call[question, reply]) {
	first := calls[0].In
	want := header{first.ticket.Activity, first.peek, l.serverID.Load()}
	if l.header != want {
		l.header = want
		l.writeHeader()
	}
	l.args = l.args[:headerArgs]
	for len(l.blobs) < 2*len(calls) {
		l.blobs = append(l.blobs, blob{})
	}
	for i, c := range calls {
		k, t := &l.blobs[2*i], &l.blobs[2*i+1]
		k.bytes = append(append(k.bytes[:0], c.In.ticket.UserKey[:]...), c.In.ticket.RequestKey[:]...)
		t.bytes = appendTicket(t.bytes[:0], c.In.ticket)
		l.args = append(l.args, k, t)
	}
}

// headerArgs is how many arguments come before the tickets: the command, hash
// and number of keys, seven keys, eight values.
const headerArgs = 3 + 7 + 8

func (l *lane) writeHeader() {
	a := l.header.activity
	names := keys(a.Spec.ID)
	l.args = append(l.args[:0], "evalsha", l.script.Hash(), len(names))
	for _, name := range names {
		l.args = append(l.args, name)
	}
	starts, ends := a.Window()
	mode := "draw"
	if l.header.peek {
		mode = "peek"
	}
	l.args = append(l.args, a.Epoch, a.Version, *l.header.serverID, starts, ends,
		a.Spec.DrawsPerUser, a.Spec.WinsPerUser, mode)
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
