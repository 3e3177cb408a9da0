package redis

import (
	"context"
	"encoding/binary"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/batch"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// form is how a store words its script calls. It follows from the options and
// is shared by the lanes.
type form struct {
	source, hash string // the draw script and its SHA-1
	keys         int    // how many KEYS every call has
	// tickets adds the calls' tickets to the lane's arguments.
	tickets func(l *lane, calls []*batch.Call[question, reply])
	// chain adds to a ticket what its prize can be taken from.
	chain func(b []byte, q question) []byte
}

func newForm(opt Options) (*form, error) {
	source, err := compose(opt)
	if err != nil {
		return nil, err
	}
	f := &form{source: source, hash: redis.NewScript(source).Hash(), keys: scriptKeys}
	f.tickets, f.chain = (*lane).addTickets, appendChain
	if opt.Stock != StockInLua {
		f.keys, f.chain = keySpare+1, appendUnit
	}
	if opt.UserState != StateInScript {
		// The mirrors' names come behind all others, whether or not those are used.
		f.keys, f.tickets = keySpare+1, (*lane).addTicketsAndMirrors
	}
	return f, nil
}

// call runs the script once. A script that Redis has forgotten is sent whole.
// Time is bounded by the client's own timeouts, which need no context.
func (l *lane) call(calls []*batch.Call[question, reply]) (string, error) {
	l.arguments(calls)
	text, err := l.send()
	if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
		l.args[0], l.args[1] = "eval", l.form.source
		text, err = l.send()
		l.args[0], l.args[1] = "evalsha", l.form.hash
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
	l.form.tickets(l, calls)
}

// headerValues is how many ARGV come before the tickets.
const headerValues = 8

// writeHeader writes what calls of one header share: the command, hash and
// number of keys; the keys; the values.
func (l *lane) writeHeader() {
	a := l.header.activity
	l.args = append(l.args[:0], "evalsha", l.form.hash, l.form.keys)
	for _, name := range keys(a.Spec.ID)[:l.form.keys] {
		l.args = append(l.args, name)
	}
	starts, ends := a.Window()
	mode := "draw"
	if l.header.peek {
		mode = "peek"
	}
	l.args = append(l.args, a.Epoch, a.Version, *l.header.serverID, starts, ends,
		a.Spec.DrawsPerUser, a.Spec.WinsPerUser, mode)
	l.fixed = append(l.fixed[:0], l.args...)
}

// addTickets adds two values for each ticket to the header.
func (l *lane) addTickets(calls []*batch.Call[question, reply]) {
	l.args = l.args[:len(l.fixed)]
	l.provide(2 * len(calls))
	l.addValues(calls, l.blobs)
}

// addTicketsAndMirrors adds two values for each ticket, and the names of its
// three mirrors to the keys.
func (l *lane) addTicketsAndMirrors(calls []*batch.Call[question, reply]) {
	l.provide((2 + mirrors) * len(calls))
	names, values := l.blobs[:mirrors*len(calls)], l.blobs[mirrors*len(calls):]
	behind := len(l.fixed) - headerValues
	l.args = append(l.args[:0], l.fixed[:behind]...)
	l.args[2] = l.form.keys + len(names)
	for i := range names {
		b := &names[i]
		b.bytes = appendMirror(b.bytes[:0], calls[i/mirrors].In.ticket, i%mirrors)
		l.args = append(l.args, b)
	}
	l.args = append(l.args, l.fixed[behind:]...)
	l.addValues(calls, values)
}

// provide makes sure of n blobs. None may be in use.
func (l *lane) provide(n int) {
	for len(l.blobs) < n {
		l.blobs = append(l.blobs, blob{})
	}
}

func (l *lane) addValues(calls []*batch.Call[question, reply], space []blob) {
	for i, c := range calls {
		k, t := &space[2*i], &space[2*i+1]
		k.bytes = append(append(k.bytes[:0], c.In.ticket.UserKey[:]...), c.In.ticket.RequestKey[:]...)
		t.bytes = l.appendTicket(t.bytes[:0], c.In)
		l.args = append(l.args, k, t)
	}
}

// appendTicket writes the second argument of a ticket.
func (l *lane) appendTicket(b []byte, q question) []byte {
	t := q.ticket
	kind := byte('L')
	switch {
	case t.Blocked:
		kind = 'B'
	case t.Prize != lottery.Blank && !q.lose:
		kind = 'W'
	}
	b = binary.BigEndian.AppendUint32(append(b, kind), t.Mark)
	if kind != 'W' {
		return b
	}
	b = l.form.chain(b, q)
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

// appendChain writes the prizes that the script may try, with their stock.
func appendChain(b []byte, q question) []byte {
	t := q.ticket
	for i, p := range t.Activity.Chain(t.Prize) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(p), 10)
		b = append(b, ':')
		b = strconv.AppendInt(b, t.Activity.Spec.Prizes[p].Stock, 10)
	}
	return b
}

// appendUnit writes the unit that was taken beforehand; nothing if there was none.
func appendUnit(b []byte, q question) []byte {
	if q.unit == 0 {
		return b
	}
	b = strconv.AppendInt(b, int64(q.prize), 10)
	b = append(b, ':')
	return strconv.AppendUint(b, uint64(q.unit), 10)
}
