package httpapi

import (
	"log/slog"
	"net/http"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// admin is the admin port.
type admin struct {
	organiser lottery.Organiser
	config    func() any
	level     *slog.LevelVar
	log       *slog.Logger
	readiness readiness
	doorkeeper
	problems problems
}

func (a *admin) onlyMethods(allowed ...string) http.Handler { return onlyMethods(a.refuse, allowed...) }

// refuse answers with err and logs what the client is not told.
func (a *admin) refuse(w http.ResponseWriter, err error) {
	if kind := a.problems.write(w, err); a.problems[kind].status >= http.StatusInternalServerError {
		a.log.Error("admin request failed", "kind", string(kind), "error", err)
	}
}
