package httpapi

import (
	"context"
	"net/http"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// maxSpecBody bounds an activity's spec as JSON: 1,024 prizes with their
// longest names and a block list of some ten thousand users fit.
const maxSpecBody = 4 << 20

// Outcome says what putting an activity did.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
)

// PutResult is the answer to PUT /v1/activities/{id}.
type PutResult struct {
	Outcome  Outcome                `json:"outcome"`
	Activity lottery.ActivityStatus `json:"activity"`
}

func (a *admin) putActivity(w http.ResponseWriter, r *http.Request) {
	result, err := a.put(w, r)
	if err != nil {
		a.refuse(w, err)
		return
	}
	status := http.StatusOK
	if result.Outcome == Created {
		status = http.StatusCreated
	}
	a.log.Info("activity put", "activity", result.Activity.Spec.ID, "outcome", string(result.Outcome),
		"version", result.Activity.Version, "commitment", result.Activity.Commitment)
	writeJSON(w, status, result)
}

func (a *admin) put(w http.ResponseWriter, r *http.Request) (PutResult, error) {
	var spec lottery.Spec
	if err := readJSON(w, r, &spec, maxSpecBody); err != nil {
		return PutResult{}, err
	}
	if id := r.PathValue("id"); spec.ID != id {
		return PutResult{}, lottery.Refuse(lottery.KindMalformed, "the path names activity %q, but the body names %q; use the same id", clip(id), clip(spec.ID))
	}
	if err := spec.Validate(); err != nil {
		return PutResult{}, err
	}
	// Only to tell "updated" from "unchanged" in the answer: if somebody else
	// changes the activity in between, the word may be wrong, the deed is not.
	before, err := a.organiser.Status(r.Context(), spec.ID)
	if err != nil && lottery.KindOf(err) != lottery.KindUnknownActivity {
		return PutResult{}, err
	}
	after, created, err := a.organiser.Put(r.Context(), spec)
	if err != nil {
		return PutResult{}, err
	}
	return PutResult{outcome(created, before.Version, after.Version), after}, nil
}

func outcome(created bool, before, after int64) Outcome {
	switch {
	case created:
		return Created
	case before == after:
		return Unchanged
	}
	return Updated
}

func (a *admin) listActivities(w http.ResponseWriter, r *http.Request) {
	list, err := a.organiser.List(r.Context())
	if err != nil {
		a.refuse(w, err)
		return
	}
	if list == nil {
		list = []lottery.ActivityStatus{} // [] in JSON, not null
	}
	writeJSON(w, http.StatusOK, struct {
		Activities []lottery.ActivityStatus `json:"activities"`
	}{list})
}

func (a *admin) showActivity(w http.ResponseWriter, r *http.Request) {
	a.answerStatus(w, r, lottery.Organiser.Status)
}

func (a *admin) closeActivity(w http.ResponseWriter, r *http.Request) {
	a.answerStatus(w, r, lottery.Organiser.Close)
	a.log.Info("activity close asked for", "activity", r.PathValue("id"))
}

// statusCall is one of the Organiser's methods that take an id and give a status.
type statusCall func(lottery.Organiser, context.Context, string) (lottery.ActivityStatus, error)

func (a *admin) answerStatus(w http.ResponseWriter, r *http.Request, call statusCall) {
	st, err := call(a.organiser, r.Context(), r.PathValue("id"))
	if err != nil {
		a.refuse(w, err)
		return
	}
	writeJSON(w, http.StatusOK, st)
}

// showKeys tells under which names the log has a user and a request. A POST, so
// that neither is in a URL, which others log.
func (a *admin) showKeys(w http.ResponseWriter, r *http.Request) {
	var who struct {
		User    string `json:"user"`
		Request string `json:"request"`
	}
	if err := readJSON(w, r, &who, MaxDrawBody); err != nil {
		a.refuse(w, err)
		return
	}
	if err := (lottery.Entry{User: who.User, Request: who.Request}).Check(); err != nil {
		a.refuse(w, err)
		return
	}
	keys, err := a.organiser.Keys(r.Context(), r.PathValue("id"), who.User, who.Request)
	if err != nil {
		a.refuse(w, err)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		User    string `json:"user_key"`
		Request string `json:"request_key"`
	}{keys.User.String(), keys.Request.String()})
}
