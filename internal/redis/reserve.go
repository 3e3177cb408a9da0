package redis

import (
	"context"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// question is what a lane is asked. Every draw allocates one in its call, so it
// is kept at 16 bytes.
type question struct {
	ticket *lottery.Ticket
	peek   bool
	lose   bool   // the user is known to be at a limit: whatever the dice say, no win
	prize  int16  // index of the prize that unit is of
	unit   uint32 // taken beforehand; 0 for none
}

// reply is what a lane answers.
type reply struct {
	res lottery.Reservation
	err error
}

// preparation is what a variant does before the script is asked: it adds to the
// question, or answers it.
type preparation func(ctx context.Context, q question) (question, *lottery.Reservation, error)

// Reserve implements [lottery.Reserver].
func (s *Store) Reserve(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return s.reserve(ctx, t)
}

// Peek implements [lottery.Reserver].
func (s *Store) Peek(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return s.ask(ctx, question{ticket: t, peek: true})
}

// reserveInScript is Reserve where the script does everything.
func (s *Store) reserveInScript(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	return s.ask(ctx, question{ticket: t})
}

// reservePrepared is Reserve for the variants that ask Redis beforehand.
func (s *Store) reservePrepared(ctx context.Context, t *lottery.Ticket) (lottery.Reservation, error) {
	q := question{ticket: t}
	for _, prepare := range s.preparations {
		var answer *lottery.Reservation
		var err error
		if q, answer, err = prepare(ctx, q); err != nil {
			return lottery.Reservation{}, lottery.Unavailable("Redis", err)
		}
		if answer != nil {
			return *answer, nil
		}
	}
	return s.ask(ctx, q)
}

func (s *Store) ask(ctx context.Context, q question) (lottery.Reservation, error) {
	r, err := s.draws.Do(ctx, q)
	if err != nil {
		return lottery.Reservation{}, lottery.Unavailable("Redis", err)
	}
	return r.res, r.err
}

// prepareReserve chooses how Reserve works. State is read before stock is
// taken: a user at his limit needs no unit.
func (s *Store) prepareReserve(conf redis.Options) {
	s.reserve = s.reserveInScript
	if read := s.options.UserState.reading(); read != nil {
		l := &lookout{client: s.newClient(conf, 1), read: read}
		s.preparations = append(s.preparations, l.prepare)
	}
	if take := s.options.Stock.taking(); take != nil {
		c := &counter{
			client: s.newClient(conf, -1), // an increment that is sent again may count twice
			take:   take, timeout: s.options.Timeout, published: make(map[string]int64),
		}
		s.preparations = append(s.preparations, c.prepare)
	}
	if len(s.preparations) > 0 {
		s.reserve = s.reservePrepared
	}
}

// newClient opens a client with a pool of go-redis' own size, ten connections a
// processor, and the given number of retries; -1 is none.
func (s *Store) newClient(conf redis.Options, retries int) *redis.Client {
	conf.MaxRetries = retries
	c := redis.NewClient(&conf)
	s.clients = append(s.clients, c)
	return c
}
