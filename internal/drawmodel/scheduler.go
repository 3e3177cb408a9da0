package drawmodel

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing/synctest"
	"time"
)

// What a caller is told when its message was not answered.
var (
	errLost = errors.New("the connection broke")
	errAway = errors.New("the connection was refused")
	errDead = errors.New("this process was killed")
)

// party is who sends messages: one life of a replica, or a client. It is written
// by the scheduler's goroutine alone while all others are blocked.
type party struct {
	name   string
	dead   bool
	frozen time.Time // it neither sends nor hears anything before then
	paused time.Time // when that began
}

// server is who gets messages.
type server struct {
	name  string
	away  time.Time // until then it cannot be reached
	holds bool      // messages wait meanwhile, instead of being refused
}

// message is one call of a store: it arrives, has its effect, and is answered.
// Each of the two is a step that the scheduler takes when the seed says so.
type message struct {
	from   *party
	to     *server // nil: none; the message only asks for a turn
	what   string  // operation and arguments; among messages that are sent in one step it is unique
	born   int64
	after  time.Time // a slow one is not touched before then
	sent   time.Time
	effect func()
	done   chan error
	ran    bool // the effect was had
	orphan bool // nobody waits for the answer
}

// scheduler runs one message at a time. Everybody else is blocked while it
// chooses, so a seed decides in which order all things happen.
type scheduler struct {
	rng   *rand.Rand
	log   *history
	start time.Time
	pace  time.Duration // the mean time between two steps
	loss  float64       // how many messages the network loses, 0 to 1
	slow  float64       // how many are slow, 0 to 1
	watch func() bool   // looks at ready before each step; true: it stopped somebody; nil: none

	// The world changes only while everybody is blocked. The race detector does not
	// know that, so whoever changes it or looks at it holds this.
	changing sync.Mutex
	steps    int64

	mu       sync.Mutex
	fresh    []*message // sent since the last step
	sorted   []*message // in flight, in an order that does not depend on goroutines
	ready    []*message // those of sorted that can be touched now
	sent     chan struct{}
	clashing int64 // messages that could not be told apart
}

func newScheduler(rng *rand.Rand, log *history, pace time.Duration) *scheduler {
	return &scheduler{rng: rng, log: log, start: time.Now(), pace: pace, sent: make(chan struct{}, 1)}
}

// now is the time since the world began.
func (s *scheduler) now() time.Duration { return time.Since(s.start) }

// call sends a message and waits for its answer. Without an error, the effect
// was had; with one, it may have been had, or may yet be had.
func (s *scheduler) call(ctx context.Context, from *party, to *server, what string, effect func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &message{from: from, to: to, what: what, sent: time.Now(), effect: effect, done: make(chan error, 1)}
	s.mu.Lock()
	if from.dead {
		s.mu.Unlock()
		return errDead
	}
	s.fresh = append(s.fresh, m)
	s.mu.Unlock()
	select {
	case s.sent <- struct{}{}:
	default:
	}
	select {
	case err := <-m.done:
		return err
	case <-ctx.Done():
		s.mu.Lock()
		m.orphan = true
		s.mu.Unlock()
		return ctx.Err()
	}
}

// step lets time pass and then takes one step. It reports false if nobody had
// anything to do for a moment.
func (s *scheduler) step() bool {
	time.Sleep(1 + time.Duration(float64(s.pace)*s.rng.ExpFloat64()))
	s.settle()
	if s.watch != nil && s.watch() {
		s.settle()
	}
	if len(s.ready) == 0 {
		s.idle(20 * time.Millisecond)
		return false
	}
	s.change(func() { s.touch(s.ready[s.rng.IntN(len(s.ready))]) })
	return true
}

// change takes a step that changes the world. Everybody must be blocked.
func (s *scheduler) change(f func()) {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.steps++
	f()
}

// look has a goroutine look at the world.
func (s *scheduler) look(f func()) {
	s.changing.Lock()
	defer s.changing.Unlock()
	f()
}

// idle waits until a message is sent, or for at most d.
func (s *scheduler) idle(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s.sent:
	case <-t.C:
	}
}

// settle waits until everybody is blocked, and sorts out what can be touched.
func (s *scheduler) settle() {
	synctest.Wait()
	select {
	case <-s.sent:
	default:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.admit()
	now := time.Now()
	s.ready = s.ready[:0]
	s.sorted = slices.DeleteFunc(s.sorted, func(m *message) bool {
		if m.orphan && (m.ran || m.to == nil) {
			return true
		}
		if !now.Before(m.after) && s.reachable(m, now) {
			s.ready = append(s.ready, m)
		}
		return false
	})
}

// admit gives what was sent since the last step its place.
func (s *scheduler) admit() {
	if len(s.fresh) > 1 {
		slices.SortFunc(s.fresh, func(a, b *message) int {
			c := cmp.Or(cmp.Compare(a.from.name, b.from.name), cmp.Compare(a.what, b.what))
			if c == 0 && a != b {
				s.clashing++
			}
			return c
		})
	}
	for _, m := range s.fresh {
		m.born = s.steps
		if s.slow > 0 && m.to != nil && s.rng.Float64() < s.slow {
			m.after = time.Now().Add(time.Duration(float64(time.Second) * s.rng.ExpFloat64()))
		}
	}
	s.sorted = append(s.sorted, s.fresh...)
	s.fresh = s.fresh[:0]
}

// reachable tells whether a message can be moved on: its sender can still send or
// hear, and its server does not keep it waiting.
func (s *scheduler) reachable(m *message, now time.Time) bool {
	frozen := now.Before(m.from.frozen)
	switch {
	case m.ran || m.to == nil:
		return !frozen
	case frozen && m.sent.After(m.from.paused):
		return false
	}
	return !(m.to.holds && now.Before(m.to.away))
}

// touch moves one message on: refuses it, loses it, has its effect, answers it.
func (s *scheduler) touch(m *message) {
	switch {
	case m.to == nil:
		s.log.event(s, "turn", m)
		s.answer(m, nil)
	case m.ran:
		s.log.event(s, "answer", m)
		s.answer(m, nil)
	case !m.to.holds && time.Now().Before(m.to.away):
		s.log.event(s, "refuse", m)
		s.answer(m, errAway)
	case s.loss > 0 && s.rng.Float64() < s.loss:
		s.lose(m)
	default:
		s.run(m)
		if s.rng.IntN(2) == 0 && !time.Now().Before(m.from.frozen) {
			s.answer(m, nil)
		}
	}
}

func (s *scheduler) run(m *message) {
	s.log.event(s, "run", m)
	m.ran = true
	m.effect()
}

// lose breaks the connection that a message is on: before it arrives, after it
// had its effect, or while it is still on its way.
func (s *scheduler) lose(m *message) {
	switch s.rng.IntN(3) {
	case 0:
		s.log.event(s, "lose", m)
		m.ran = true
	case 1:
		s.run(m)
		s.log.event(s, "lose answer", m)
	default:
		s.log.event(s, "overtake", m) // its sender hears of the break first
		s.release(m, errLost)
		return
	}
	s.answer(m, errLost)
}

// answer ends a message.
func (s *scheduler) answer(m *message, err error) {
	m.ran = true
	s.release(m, err)
}

// release lets the sender go on. A message that has not had its effect stays in
// flight.
func (s *scheduler) release(m *message, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !m.orphan {
		m.orphan = true
		m.done <- err
	}
}

// kill ends a party: nothing it has not sent is sent, and of what it has sent
// the seed decides.
func (s *scheduler) kill(p *party) {
	s.mu.Lock()
	p.dead = true
	var mine []*message
	for _, m := range s.sorted {
		if m.from == p {
			mine = append(mine, m)
		}
	}
	s.mu.Unlock()
	for _, m := range mine {
		if !m.ran && s.rng.IntN(2) == 0 {
			m.ran = true // it never left
		}
		s.release(m, errDead)
	}
}

// cut breaks all connections of a server.
func (s *scheduler) cut(to *server) {
	s.mu.Lock()
	mine := make([]*message, 0, len(s.sorted))
	for _, m := range s.sorted {
		if m.to == to {
			mine = append(mine, m)
		}
	}
	s.mu.Unlock()
	for _, m := range mine {
		switch {
		case m.ran:
			s.release(m, errLost)
		case s.rng.IntN(2) == 0:
			m.ran = true
			s.release(m, errLost)
		}
	}
}

// history is everything that happened in a world, one line each: as a hash, and
// as text if somebody wants to read it.
type history struct {
	sum  hash.Hash
	text io.Writer // nil: none
	line []byte
}

func newHistory(text io.Writer) *history { return &history{sum: sha256.New(), text: text} }

// event notes that something happened to a message.
func (h *history) event(s *scheduler, kind string, m *message) {
	to := "-"
	if m.to != nil {
		to = m.to.name
	}
	h.note(s, kind, m.from.name, to, m.what)
}

// note adds one line: step, nanosecond, and words.
func (h *history) note(s *scheduler, words ...string) {
	h.line = strconv.AppendInt(h.line[:0], s.steps, 10)
	h.line = append(h.line, ' ')
	h.line = strconv.AppendInt(h.line, int64(s.now()), 10)
	for _, w := range words {
		h.line = append(append(h.line, ' '), w...)
	}
	h.line = append(h.line, '\n')
	h.sum.Write(h.line)
	if h.text != nil {
		_, _ = h.text.Write(h.line)
	}
}

// digest is the hash of all lines.
func (h *history) digest() string { return hex.EncodeToString(h.sum.Sum(nil)) }
