package redis

import (
	"encoding/hex"
	"strconv"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// Positions of an activity's keys. The first scriptKeys are the scripts' KEYS;
// spare and taken exist for the variants of [Stock] alone.
const (
	keyMeta = iota
	keyUsers
	keyRecords
	keyUnits
	keyFree
	keyJournal
	keyHolds
	keySpare  // zset: score prize index, member "epoch:index:unit"
	keyTaken  // hash: "epoch:index" -> highest number given to a client
	keyAside  // hash: request key -> a hold that the ledger could not take
	keyRecent // list: the last holds whose wins were committed

	scriptKeys = keySpare
)

// keys are the names of one activity's state. The braces keep them together in
// a cluster.
func keys(activity string) []string {
	names := [...]string{"meta", "users", "records", "units", "free", "journal", "holds", "spare", "taken", "aside", "recent"}
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "lotteryd:{" + activity + "}:" + n
	}
	return out
}

// Parts of a user's state that the variants of [UserState] read, in the order in
// which the script is handed their names.
const (
	mirrorDraws   = iota // how often the user has drawn
	mirrorWins           // how often he has won
	mirrorOutcome        // the request's outcome, as draw.lua writes it
	mirrors              // how many there are
)

// appendMirror writes the name of one part for a ticket. It has the epoch in it,
// so a rebuild makes all mirrors void at once.
func appendMirror(b []byte, t *lottery.Ticket, part int) []byte {
	b = append(b, "lotteryd:{"...)
	b = append(b, t.Activity.Spec.ID...)
	b = append(b, "}:"...)
	b = strconv.AppendInt(b, t.Activity.Epoch, 10)
	b = append(b, [mirrors]string{":draws:", ":wins:", ":outcome:"}[part]...)
	if part == mirrorOutcome {
		return hex.AppendEncode(b, t.RequestKey[:])
	}
	return hex.AppendEncode(b, t.UserKey[:])
}
