package redis

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// parseReply reads one word of the draw script's reply.
func parseReply(word string) (lottery.Reservation, error) {
	if word == "" {
		return lottery.Reservation{}, errors.New("redis: empty reply from the draw script")
	}
	var r lottery.Reservation
	switch word[0] {
	case 'L', 'l':
		r.Status = lottery.StatusLost
	case 'W', 'w':
		r.Status = lottery.StatusHeld
	case 'c':
		r.Status = lottery.StatusConfirmed
	case 'n':
		r.Status = lottery.StatusNone
	case 'E':
		r.Status = lottery.StatusStaleEpoch
	case 'V':
		r.Status = lottery.StatusStaleVersion
	case 'S':
		r.Status = lottery.StatusNotStarted
	case 'X':
		r.Status = lottery.StatusEnded
	case 'B':
		r.Status = lottery.StatusBlocked
	case 'D':
		r.Status = lottery.StatusLimitReached
	case 'M':
		r.Status = lottery.StatusReused
	default:
		return r, fmt.Errorf("redis: unknown reply %q from the draw script", word)
	}
	r.Replayed = word[0] >= 'a' && word[0] != 'n' // small letters are stored answers
	var err error
	if r.Status == lottery.StatusHeld {
		r.Hold, _, _, err = parseHold(word[1:])
	} else if len(word) > 1 {
		err = fmt.Errorf("redis: unknown reply %q from the draw script", word)
	}
	return r, err
}

// holdWord is the position of the random word, the one field of 64 bits.
const holdWord = 4

// parseHold reads "prize,unit,order" and, if present, ",version,word,mark,len".
// mark and userLen are 0 in the short form.
func parseHold(text string) (h lottery.Hold, mark uint32, userLen int, err error) {
	var n [7]uint64
	count := 0
	for field := range strings.SplitSeq(text, ",") {
		if count == len(n) {
			return h, 0, 0, unreadable("%q has too many fields", text)
		}
		if n[count], err = strconv.ParseUint(field, 10, 64); err != nil {
			return h, 0, 0, unreadable("%q: %v", text, err)
		}
		if count != holdWord && n[count] > math.MaxUint32 {
			return h, 0, 0, unreadable("%q: field %d is out of range", text, count+1)
		}
		count++
	}
	if count != 3 && count != 7 {
		return h, 0, 0, unreadable("%q has %d fields", text, count)
	}
	h = lottery.Hold{Prize: int(n[0]), Unit: int64(n[1]), Order: int(n[2]), Version: int64(n[3]), Word: n[4]}
	return h, uint32(n[5]), int(n[6]), nil
}

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{lottery.ErrUnreadableHold}, args...)...)
}
