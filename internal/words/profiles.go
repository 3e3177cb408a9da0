package words

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/units"
	"github.com/lotteryctl/lotteryctl/profiles"
)

// Failure says why a part of a bundle is missing.
func Failure(f *profiles.Failure) string {
	if f == nil {
		return "the reason is not known"
	}
	switch f.Code {
	case profiles.FailNoAnswer:
		if f.Said == "" {
			return "the target does not answer"
		}
		return "no answer: " + f.Said
	case profiles.FailBrokenConnection:
		return "the connection broke before the answer was complete"
	case profiles.FailTargetGone:
		return "the target no longer answers"
	case profiles.FailTimedOut:
		return fmt.Sprintf("no complete answer within %v", f.LimitNS)
	case profiles.FailCertificate:
		return "the certificate is not trusted: " + f.Said
	case profiles.FailOtherHost:
		return fmt.Sprintf("it redirects to another host, %s, which is not followed; to profile that host, name it as the target", f.Host)
	case profiles.FailUnencrypted:
		return "it redirects from https to http, which is not followed"
	case profiles.FailRedirectLoop:
		return "it redirects in a loop"
	case profiles.FailUnauthorized:
		return status(f) + ": the service requires credentials; send them as a header"
	case profiles.FailNotFound:
		return status(f) + ": is net/http/pprof registered on that port?"
	case profiles.FailBusy:
		return "another profile of that kind is being taken from the process; a process allows one at a time"
	case profiles.FailWriteTimeout:
		return "the server's WriteTimeout is shorter than the profile; increase it, or serve net/http/pprof on a server without one"
	case profiles.FailUnavailable, profiles.FailBadStatus:
		return said(status(f), f)
	case profiles.FailBadGateway:
		return status(f) + ": a proxy in between cannot reach the service"
	case profiles.FailGatewayTimeout:
		return status(f) + ": a proxy in between cannot reach the service, or does not wait long enough for its answer"
	case profiles.FailEarlyAnswer:
		return fmt.Sprintf("the target answered after %v, but was asked to profile for %v", f.TookNS, f.LimitNS)
	case profiles.FailAllTargets:
		var each []string
		for _, t := range f.Targets {
			each = append(each, t.Target+": "+Failure(&t.Failure))
		}
		return strings.Join(each, "; ")
	}
	return content(f)
}

// content is Failure for what is wrong with an answer that came, and for what
// became of it.
func content(f *profiles.Failure) string {
	switch f.Code {
	case profiles.FailEmptyAnswer:
		return "the answer is empty"
	case profiles.FailHTMLAnswer:
		return "the answer is an HTML page, not a profile: perhaps a login page, or another server on that port"
	case profiles.FailNotProfile:
		return said("the answer is not a profile", f)
	case profiles.FailNotTrace:
		return "the answer is not an execution trace"
	case profiles.FailNotDump:
		return "the answer is not a dump of goroutines"
	case profiles.FailDamagedGzip:
		return fmt.Sprintf("the gzip data of the answer are damaged or cut off (%s)", f.Said)
	case profiles.FailTooLarge:
		return fmt.Sprintf("the answer is larger than %s, the limit for one profile", size(f.MaxBytes))
	case profiles.FailSizeBound:
		return fmt.Sprintf("cut off at %s, the size limit", size(f.MaxBytes))
	case profiles.FailWindowTooShort:
		return "the window was too short"
	case profiles.FailNotBegun:
		return "the window ended before the profile began"
	case profiles.FailInterrupted:
		return "interrupted before it was complete"
	case profiles.FailNoStart:
		return "there is no snapshot from the start of the window to compare with: " + Failure(f.Cause)
	case profiles.FailSnapshotsMismatch:
		return said("the snapshots cannot be compared", f)
	case profiles.FailTargetsMismatch:
		return said("the profiles of the targets cannot be merged", f)
	case profiles.FailNotWritten:
		return said("its file could not be written", f)
	case profiles.FailOther, profiles.FailInText:
		return f.Said
	}
	return said(string(f.Code), f)
}

// status is an HTTP status and the page that had it.
func status(f *profiles.Failure) string {
	return strings.TrimSuffix(fmt.Sprintf("%d %s at %s", f.Status, http.StatusText(f.Status), f.Page), " at ")
}

// said adds what the target or the system said, if it said anything.
func said(text string, f *profiles.Failure) string {
	return strings.TrimSuffix(text+": "+f.Said, ": ")
}

// Note says how a profile differs from a plain one.
func Note(n profiles.Note) string {
	switch n.Code {
	case profiles.NotePartOfWindow:
		return fmt.Sprintf("covers %v of a window of %v; then: %s", n.ProfiledNS.Round(100*time.Millisecond), n.PlannedNS, Failure(n.Failure))
	case profiles.NoteSinceRestart:
		return "the process restarted within the window: values are since the start of the new process"
	case profiles.NoteOwnWindow:
		return fmt.Sprintf("the service profiled %v of its own choice; the window is %v", n.ProfiledNS.Round(100*time.Millisecond), n.PlannedNS)
	case profiles.NoteOwnShare:
		return fmt.Sprintf("%.3g %% of it is the taking of profiles", 100*n.Share)
	case profiles.NoteWithoutTargets:
		return "without " + strings.Join(n.Targets, ", ")
	case profiles.NoteInText:
		return n.Text
	}
	return string(n.Code)
}

// Notes are all that is to be said of one profile, in a line; empty if nothing is.
func Notes(all profiles.Notes) string { return joined(all, Note) }

// Warning says a doubt about a bundle. It names the target, unless that is empty:
// then it is the service.
func Warning(w profiles.Warning) string {
	target := w.Target
	if target == "" {
		target = "the service"
	}
	switch w.Code {
	case profiles.WarnFailed:
		var kinds []string
		for _, kind := range w.Kinds {
			kinds = append(kinds, string(kind))
		}
		text := fmt.Sprintf("%s: %s", target, Failure(w.Failure))
		if len(kinds) > 0 {
			text += " (" + strings.Join(kinds, ", ") + ")"
		}
		return text
	case profiles.WarnRestarted:
		return target + " restarted within the window: its profiles are of more than one process"
	case profiles.WarnProfilingOff:
		appears := "appears to be"
		if w.Certain {
			appears = "is"
		}
		call := map[profiles.Kind]string{
			profiles.Block: "runtime.SetBlockProfileRate(10_000)",
			profiles.Mutex: "runtime.SetMutexProfileFraction(100)",
		}[w.Kind]
		return fmt.Sprintf("%s profiling %s off on %s; call %s when the service starts", w.Kind, appears, target, call)
	case profiles.WarnTraceCut:
		return fmt.Sprintf("the trace of %s was %s", target, TraceEnd(w.Failure))
	case profiles.WarnInText:
		return w.Text
	}
	return fmt.Sprintf("%s: %s", target, w.Code)
}

// TraceEnd says why a trace that was taken ends early.
func TraceEnd(f *profiles.Failure) string {
	text := Failure(f)
	if f == nil {
		return "cut off"
	}
	if f.Code == profiles.FailSizeBound || f.Code == profiles.FailInText {
		return text // says that it was cut off
	}
	return "cut off: " + text
}

// Reasons say why a bundle is partial, in a line.
func Reasons(all profiles.Reasons) string { return joined(all, Reason) }

// Reason says one of them.
func Reason(r profiles.Reason) string {
	into := fmt.Sprintf("after %v of a window of %v", r.IntoNS.Round(100*time.Millisecond), r.PlannedNS)
	switch r.Code {
	case profiles.ReasonInterrupted:
		return "interrupted " + into
	case profiles.ReasonStoppedAnswering:
		return fmt.Sprintf("%s stopped answering %s", r.Target, into)
	case profiles.ReasonGoneBefore:
		return r.Target + " stopped answering before the window"
	case profiles.ReasonInText:
		return r.Text
	}
	return string(r.Code)
}

// Nothing says why nothing could be captured.
func Nothing(e *profiles.NothingError) string {
	return "nothing was captured: " + joined(e.Failures, Warning)
}

// Phase says what a capture is doing.
func Phase(p profiles.Phase) string {
	switch p {
	case profiles.Starting:
		return "snapshots at the start"
	case profiles.Window:
		return "profiling"
	case profiles.Ending:
		return "snapshots at the end"
	}
	return string(p)
}

func joined[T any](all []T, word func(T) string) string {
	var texts []string
	for _, one := range all {
		texts = append(texts, word(one))
	}
	return strings.Join(texts, "; ")
}

// size is a number of bytes for people.
func size(n int64) string { return units.Rough(float64(n), "bytes") }
