package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// UserState says where a user's state is read: how often he has drawn and won,
// and what his request's stored answer is.
//
// All but the best variant look before they ask: they read the state from three
// strings, answer a stored loss at once, and leave everything else to the script,
// which remains the authority. The strings are a cache that the script writes in
// the call that decides. Their names hold the epoch, so a rebuild makes them
// void; they may be missing, and they never contradict: a recorded loss stays
// one, and counts only grow within an epoch. Unlike the script they do not ask
// which Redis this is: put back an old backup, and an instance that has not heard
// of the new epoch yet may repeat a loss that had been forgotten meanwhile.
type UserState int

// The variants of reading a user's state.
const (
	StateInScript  UserState = iota // in the draw script: no round trip more
	StateThreeGets                  // three GETs, one after another
	StatePipeline                   // three GETs in one pipeline
	StateMGet                       // one MGET of three keys
)

// texts are the values of the mirrors, by part; "" is one that is missing.
type texts [mirrors]string

// reading is how the variants read three strings.
type reading func(ctx context.Context, c *redis.Client, names [mirrors]string) (texts, error)

// reading returns nil for the variant that does not read.
func (u UserState) reading() reading {
	switch u {
	case StateThreeGets:
		return threeGets
	case StatePipeline:
		return pipelined
	case StateMGet:
		return multiGet
	default:
		return nil
	}
}

func threeGets(ctx context.Context, c *redis.Client, names [mirrors]string) (v texts, err error) {
	for i, name := range names {
		if v[i], err = c.Get(ctx, name).Result(); err != nil && !errors.Is(err, redis.Nil) {
			return v, err
		}
	}
	return v, nil
}

func pipelined(ctx context.Context, c *redis.Client, names [mirrors]string) (v texts, err error) {
	pipe := c.Pipeline()
	var gets [mirrors]*redis.StringCmd
	for i, name := range names {
		gets[i] = pipe.Get(ctx, name)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return v, err
	}
	for i, get := range gets {
		v[i] = get.Val()
	}
	return v, nil
}

func multiGet(ctx context.Context, c *redis.Client, names [mirrors]string) (v texts, err error) {
	values, err := c.MGet(ctx, names[:]...).Result()
	for i, value := range values {
		v[i], _ = value.(string)
	}
	return v, err
}

// lookout reads users' state before the script is asked.
type lookout struct {
	client *redis.Client
	read   reading
}

// prepare answers a stored loss. A user who has used up his wins or draws is
// passed on as a loser, which spares the script his prizes and the stock a unit
// taken in vain; whether he is refused or told an older answer, the script says.
func (l *lookout) prepare(ctx context.Context, q question) (question, *lottery.Reservation, error) {
	var names [mirrors]string
	for part := range names {
		names[part] = string(appendMirror(nil, q.ticket, part))
	}
	v, err := l.read(ctx, l.client, names)
	if err != nil {
		return q, nil, err
	}
	if storedLoss(v[mirrorOutcome], q.ticket.Mark) {
		return q, &lottery.Reservation{Status: lottery.StatusLost, Replayed: true}, nil
	}
	spec := &q.ticket.Activity.Spec
	q.lose = reached(v[mirrorDraws], spec.DrawsPerUser) || reached(v[mirrorWins], spec.WinsPerUser)
	return q, nil, nil
}

// reached tells whether a count is known to be at its limit; 0 is no limit.
func reached(count string, limit int) bool {
	n, err := strconv.Atoi(count)
	return err == nil && limit > 0 && n >= limit
}

// storedLoss tells whether an outcome is a loss of a request with this mark.
func storedLoss(outcome string, mark uint32) bool {
	if outcome == "" || outcome[0] != 'L' {
		return false
	}
	var stored uint32
	if len(outcome) == 5 {
		stored = binary.BigEndian.Uint32([]byte(outcome[1:]))
	}
	return stored == mark
}
