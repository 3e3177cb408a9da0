package httpapi

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// logLevel is the body of /loglevel, both ways.
type logLevel struct {
	Level string `json:"level"`
}

func (a *admin) showLogLevel(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, logLevel{strings.ToLower(a.level.Level().String())})
}

func (a *admin) setLogLevel(w http.ResponseWriter, r *http.Request) {
	var body logLevel
	if err := readJSON(w, r, &body, 1<<10); err != nil {
		a.refuse(w, err)
		return
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(body.Level)); err != nil {
		a.refuse(w, lottery.Refuse(lottery.KindMalformed, "level is %q; use debug, info, warn or error", clip(body.Level)))
		return
	}
	was := a.level.Level()
	a.level.Set(level)
	a.log.Warn("log level changed", "from", was.String(), "to", level.String()) // warn: seen at almost every level
	a.showLogLevel(w, r)
}
