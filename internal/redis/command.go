package redis

import (
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
	// tickets adds the calls' tickets to the command's arguments.
	tickets func(c *command, calls []*batch.Call[question, reply])
	// chain adds to a ticket what its prize can be taken from.
	chain func(b []byte, q question) []byte
}

func newForm(opt Options) (*form, error) {
	source, err := compose(opt.DrawScript, opt.Stock, opt.UserState)
	if err != nil {
		return nil, err
	}
	f := &form{source: source, hash: redis.NewScript(source).Hash(), keys: scriptKeys}
	f.tickets, f.chain = (*command).addTickets, appendChain
	if opt.Stock != StockInLua {
		f.keys, f.chain = keySpare+1, appendUnit
	}
	if opt.UserState != StateInScript {
		// The mirrors' names come behind all others, whether or not those are used.
		f.keys, f.tickets = keySpare+1, (*command).addTicketsAndMirrors
	}
	return f, nil
}

// command is the script call of a lane. It is built by hand and keeps the part
// that seldom changes: at low load every draw is a call of its own, and the
// convenient way would box seven keys and eight numbers for each.
type command struct {
	form *form
	args []any // what is sent

	header header // what fixed was made for
	fixed  []any  // the part of a command that seldom changes: see writeHeader
	blobs  []blob // argument space, reused
}

// header names what the fixed part of a command says.
type header struct {
	activity *lottery.Activity
	peek     bool
	serverID *string
}

// blob is an argument that go-redis sends without a copy or an allocation.
type blob struct{ bytes []byte }

// MarshalBinary hands the bytes to go-redis.
func (b *blob) MarshalBinary() ([]byte, error) { return b.bytes, nil }

// sendHash makes the command name the script, sendSource makes it carry it.
func (c *command) sendHash()   { c.args[0], c.args[1] = "evalsha", c.form.hash }
func (c *command) sendSource() { c.args[0], c.args[1] = "eval", c.form.source }

// write lays out the command as draw.lua wants it. serverID is the run_id of the
// process that it is meant for.
func (c *command) write(calls []*batch.Call[question, reply], serverID *string) {
	first := calls[0].In
	want := header{first.ticket.Activity, first.peek, serverID}
	if c.header != want {
		c.header = want
		c.writeHeader()
	}
	c.form.tickets(c, calls)
}

// headerValues is how many ARGV come before the tickets.
const headerValues = 8

// writeHeader writes what calls of one header share: the command, hash and
// number of keys; the keys; the values.
func (c *command) writeHeader() {
	a := c.header.activity
	c.args = append(c.args[:0], "evalsha", c.form.hash, c.form.keys)
	for _, name := range keys(a.Spec.ID)[:c.form.keys] {
		c.args = append(c.args, name)
	}
	starts, ends := a.Window()
	mode := "draw"
	if c.header.peek {
		mode = "peek"
	}
	c.args = append(c.args, a.Epoch, a.Version, *c.header.serverID, starts, ends,
		a.Spec.DrawsPerUser, a.Spec.WinsPerUser, mode)
	c.fixed = append(c.fixed[:0], c.args...)
}

// addTickets adds two values for each ticket to the header.
func (c *command) addTickets(calls []*batch.Call[question, reply]) {
	c.args = c.args[:len(c.fixed)]
	c.provide(2 * len(calls))
	c.addValues(calls, c.blobs)
}

// addTicketsAndMirrors adds two values for each ticket, and the names of its
// three mirrors to the keys.
func (c *command) addTicketsAndMirrors(calls []*batch.Call[question, reply]) {
	c.provide((2 + mirrors) * len(calls))
	names, values := c.blobs[:mirrors*len(calls)], c.blobs[mirrors*len(calls):]
	behind := len(c.fixed) - headerValues
	c.args = append(c.args[:0], c.fixed[:behind]...)
	c.args[2] = c.form.keys + len(names)
	for i := range names {
		b := &names[i]
		b.bytes = appendMirror(b.bytes[:0], calls[i/mirrors].In.ticket, i%mirrors)
		c.args = append(c.args, b)
	}
	c.args = append(c.args, c.fixed[behind:]...)
	c.addValues(calls, values)
}

// provide makes sure of n blobs. None may be in use.
func (c *command) provide(n int) {
	for len(c.blobs) < n {
		c.blobs = append(c.blobs, blob{})
	}
}

func (c *command) addValues(calls []*batch.Call[question, reply], space []blob) {
	for i, call := range calls {
		k, t := &space[2*i], &space[2*i+1]
		k.bytes = append(append(k.bytes[:0], call.In.ticket.UserKey[:]...), call.In.ticket.RequestKey[:]...)
		t.bytes = c.appendTicket(t.bytes[:0], call.In)
		c.args = append(c.args, k, t)
	}
}

// appendTicket writes the second argument of a ticket.
func (c *command) appendTicket(b []byte, q question) []byte {
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
	b = c.form.chain(b, q)
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
