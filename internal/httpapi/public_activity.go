package httpapi

import (
	"net/http"
	"time"
)

// Notice is what the public port tells of an activity: what its users need to hold
// the organiser to it.
type Notice struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Starts     time.Time `json:"starts"`
	Ends       time.Time `json:"ends"`
	Closed     bool      `json:"closed"`
	Commitment string    `json:"commitment"`       // hex SHA-256 of the dice secret
	Secret     string    `json:"secret,omitempty"` // hex; once the activity is closed
}

// notice serves GET /v1/activities/{activity}.
func (p *public) notice(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("activity")
	ctx := p.deadlines.at(time.Now())
	a, err := p.activities.Activity(ctx, id)
	if err != nil {
		p.refuse(w, err)
		return
	}
	st := a.Status()
	writeJSON(w, http.StatusOK, Notice{
		ID: st.Spec.ID, Name: st.Spec.Name, Starts: st.Spec.Starts, Ends: st.Spec.Ends, Closed: st.Closed,
		Commitment: st.Commitment, Secret: st.Secret,
	})
}
