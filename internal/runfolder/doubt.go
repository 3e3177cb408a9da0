package runfolder

// What a load may miss before its profiles are doubted.
const (
	mostErrors   = 0.01 // of the requests
	leastOfAsked = 0.95 // of the rate
)

// LoadDoubtCode is what was wrong with the load of a profiled run.
type LoadDoubtCode string

// The codes.
const (
	// ManyFailed: work was done for requests that failed, or refusals, which are
	// cheap, count as requests.
	ManyFailed LoadDoubtCode = "many requests failed"
	// Overloaded: fewer answers came than requests were asked for.
	Overloaded LoadDoubtCode = "overloaded"
)

// LoadDoubt says why values per request of a profiled run may mislead.
type LoadDoubt struct {
	Code LoadDoubtCode
	// Failed is the share of the requests that failed, from 0 to 1.
	Failed float64
	// Answered and Asked are rates per second.
	Answered, Asked float64
}

// Doubt is what speaks against the values per request of the run; nil: nothing.
func (p *Profiled) Doubt() *LoadDoubt {
	l := &p.Load
	doubt := &LoadDoubt{Answered: l.AnsweredRate, Asked: l.AskedRate}
	if l.Requests > 0 {
		doubt.Failed = float64(l.Errors) / float64(l.Requests)
	}
	switch {
	case float64(l.Errors) > mostErrors*float64(l.Requests):
		doubt.Code = ManyFailed
	case l.AnsweredRate < leastOfAsked*l.AskedRate:
		doubt.Code = Overloaded
	default:
		return nil
	}
	return doubt
}
