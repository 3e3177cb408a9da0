package redis

import (
	"context"
	"errors"
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
	form     *form
	most     int       // how many draws share a script call
	commands []command // the first is every lone call's
	groups   [][]*batch.Call[question, reply]
	serverID atomic.Pointer[string] // run_id of the process behind the connection
}

func newLane(conf redis.Options, f *form, most int) *lane {
	l := &lane{form: f, most: most, commands: []command{{form: f}}}
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

// run answers calls, in one script call for each activity among them, and for each
// portion of many. All of them travel in one round trip: over a slow network that is
// what a lane can do in the time.
func (l *lane) run(calls []*batch.Call[question, reply]) {
	l.groups = l.groups[:0]
	for len(calls) > 0 {
		// Calls of one activity and mode are moved to the front.
		same := 1
		for i := 1; i < len(calls) && same < l.most; i++ {
			if sameCall(calls[0].In, calls[i].In) {
				calls[same], calls[i] = calls[i], calls[same]
				same++
			}
		}
		l.groups = append(l.groups, calls[:same])
		calls = calls[same:]
	}
	if len(l.groups) == 1 {
		l.answer(l.groups[0])
	} else {
		l.answerTogether()
	}
	clear(l.groups)
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
	deal(calls, text, err)
}

// answerTogether is answer for all groups in one pipeline.
func (l *lane) answerTogether() {
	for len(l.commands) < len(l.groups) {
		l.commands = append(l.commands, command{form: l.form})
	}
	sent, err := l.sendTogether()
	if errors.Is(err, errOtherServer) {
		sent, _ = l.sendTogether()
	}
	for i, cmd := range sent {
		text, err := cmd.Text()
		if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
			l.answer(l.groups[i])
			continue
		}
		deal(l.groups[i], text, err)
	}
}

// sendTogether sends a command for each group; each has its own outcome.
func (l *lane) sendTogether() ([]*redis.Cmd, error) {
	ctx := context.Background()
	pipe := l.client.Pipeline()
	sent := make([]*redis.Cmd, len(l.groups))
	for i, calls := range l.groups {
		l.commands[i].write(calls, l.serverID.Load())
		sent[i] = redis.NewCmd(ctx, l.commands[i].args...)
		_ = pipe.Process(ctx, sent[i]) // only queues it
	}
	_, err := pipe.Exec(ctx)
	return sent, err
}

// deal hands each call its word of the reply.
func deal(calls []*batch.Call[question, reply], text string, err error) {
	for _, c := range calls {
		if err != nil {
			c.Out = reply{err: lottery.Unavailable("Redis", err)}
			continue
		}
		var word string
		word, text, _ = strings.Cut(text, " ")
		if c.Out.res, c.Out.err = parseReply(word); errors.Is(c.Out.err, lottery.ErrUnreadableHold) {
			c.Out = reply{res: lottery.Reservation{Status: lottery.StatusUnreadable, Replayed: true}}
		}
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
	c := &l.commands[0]
	c.write(calls, l.serverID.Load())
	text, err := l.send(c)
	if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
		c.sendSource()
		text, err = l.send(c)
		c.sendHash()
	}
	return text, err
}

func (l *lane) send(c *command) (string, error) {
	cmd := redis.NewCmd(context.Background(), c.args...)
	if err := l.client.Process(context.Background(), cmd); err != nil {
		return "", err
	}
	return cmd.Text()
}
