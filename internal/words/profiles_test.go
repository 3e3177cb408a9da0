package words_test

import (
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/words"
	"github.com/lotteryctl/lotteryctl/profiles"
)

const folderOfProfiles = "../../profiles"

func TestFailure(t *testing.T) {
	t.Parallel()
	refused := profiles.Failure{Code: profiles.FailNoAnswer, Page: "/debug/pprof/heap", Said: "connection refused"}
	var codes []string
	for _, row := range []struct {
		failure profiles.Failure
		want    string
	}{
		{refused, "no answer: connection refused"},
		{profiles.Failure{Code: profiles.FailNoAnswer}, "the target does not answer"},
		{profiles.Failure{Code: profiles.FailBrokenConnection}, "the connection broke before the answer was complete"},
		{profiles.Failure{Code: profiles.FailTargetGone}, "the target no longer answers"},
		{profiles.Failure{Code: profiles.FailTimedOut, LimitNS: 4 * time.Second}, "no complete answer within 4s"},
		{profiles.Failure{Code: profiles.FailCertificate, Said: "unknown authority"}, "the certificate is not trusted: unknown authority"},
		{profiles.Failure{Code: profiles.FailNotWritten, Said: "no space left on device"}, "its file could not be written: no space left on device"},
		{profiles.Failure{Code: profiles.FailOtherHost, Host: "login:80"}, "it redirects to another host, login:80, which is not followed; to profile that host, name it as the target"},
		{profiles.Failure{Code: profiles.FailUnencrypted}, "it redirects from https to http, which is not followed"},
		{profiles.Failure{Code: profiles.FailRedirectLoop}, "it redirects in a loop"},
		{profiles.Failure{Code: profiles.FailUnauthorized, Status: 401, Page: "/debug/pprof/heap"}, "401 Unauthorized at /debug/pprof/heap: the service requires credentials; send them as a header"},
		{profiles.Failure{Code: profiles.FailUnauthorized, Status: 403, Page: "/debug/pprof/goroutine"}, "403 Forbidden at /debug/pprof/goroutine: the service requires credentials; send them as a header"},
		{profiles.Failure{Code: profiles.FailNotFound, Status: 404, Page: "/debug/pprof/mutex"}, "404 Not Found at /debug/pprof/mutex: is net/http/pprof registered on that port?"},
		{profiles.Failure{Code: profiles.FailBusy}, "another profile of that kind is being taken from the process; a process allows one at a time"},
		{profiles.Failure{Code: profiles.FailWriteTimeout}, "the server's WriteTimeout is shorter than the profile; increase it, or serve net/http/pprof on a server without one"},
		{profiles.Failure{Code: profiles.FailUnavailable, Status: 503, Page: "/debug/pprof/profile"}, "503 Service Unavailable at /debug/pprof/profile"},
		{profiles.Failure{Code: profiles.FailBadGateway, Status: 502, Page: "/debug/pprof/heap"}, "502 Bad Gateway at /debug/pprof/heap: a proxy in between cannot reach the service"},
		{profiles.Failure{Code: profiles.FailGatewayTimeout, Status: 504, Page: "/debug/pprof/heap"}, "504 Gateway Timeout at /debug/pprof/heap: a proxy in between cannot reach the service, or does not wait long enough for its answer"},
		{profiles.Failure{Code: profiles.FailBadStatus, Status: 500, Page: "/debug/pprof/block", Said: "out of luck"}, "500 Internal Server Error at /debug/pprof/block: out of luck"},
		{profiles.Failure{Code: profiles.FailEmptyAnswer}, "the answer is empty"},
		{profiles.Failure{Code: profiles.FailHTMLAnswer}, "the answer is an HTML page, not a profile: perhaps a login page, or another server on that port"},
		{profiles.Failure{Code: profiles.FailNotProfile, Said: "it begins with a zero"}, "the answer is not a profile: it begins with a zero"},
		{profiles.Failure{Code: profiles.FailNotTrace}, "the answer is not an execution trace"},
		{profiles.Failure{Code: profiles.FailNotDump}, "the answer is not a dump of goroutines"},
		{profiles.Failure{Code: profiles.FailDamagedGzip, Said: "unexpected EOF"}, "the gzip data of the answer are damaged or cut off (unexpected EOF)"},
		{profiles.Failure{Code: profiles.FailTooLarge, MaxBytes: 2 << 20}, "the answer is larger than 2 MiB, the limit for one profile"},
		{profiles.Failure{Code: profiles.FailSizeBound, MaxBytes: 2 << 10}, "cut off at 2 KiB, the size limit"},
		{profiles.Failure{Code: profiles.FailSizeBound, MaxBytes: 20}, "cut off at 20 B, the size limit"},
		{profiles.Failure{Code: profiles.FailEarlyAnswer, TookNS: 3 * time.Millisecond, LimitNS: time.Second}, "the target answered after 3ms, but was asked to profile for 1s"},
		{profiles.Failure{Code: profiles.FailWindowTooShort}, "the window was too short"},
		{profiles.Failure{Code: profiles.FailNotBegun}, "the window ended before the profile began"},
		{profiles.Failure{Code: profiles.FailInterrupted}, "interrupted before it was complete"},
		{profiles.Failure{Code: profiles.FailNoStart, Cause: &refused}, "there is no snapshot from the start of the window to compare with: no answer: connection refused"},
		{profiles.Failure{Code: profiles.FailNoStart}, "there is no snapshot from the start of the window to compare with: the reason is not known"},
		{profiles.Failure{Code: profiles.FailSnapshotsMismatch, Said: "types differ"}, "the snapshots cannot be compared: types differ"},
		{profiles.Failure{Code: profiles.FailTargetsMismatch, Said: "types differ"}, "the profiles of the targets cannot be merged: types differ"},
		{profiles.Failure{Code: profiles.FailAllTargets, Targets: []profiles.TargetFailure{{Target: "a", Failure: refused}, {Target: "b", Failure: profiles.Failure{Code: profiles.FailEmptyAnswer}}}},
			"a: no answer: connection refused; b: the answer is empty"},
		{profiles.Failure{Code: profiles.FailOther, Said: "disk on fire"}, "disk on fire"},
		{profiles.Failure{Code: profiles.FailInText, Said: "as it was said"}, "as it was said"},
	} {
		codes = append(codes, string(row.failure.Code))
		checkSentence(t, string(row.failure.Code), words.Failure(&row.failure), row.want)
	}
	checkCodes(t, folderOfProfiles, "FailureCode", codes)
	checkSentence(t, "of a later version", words.Failure(&profiles.Failure{Code: "new", Said: "x"}), "new: x")
}

func TestNote(t *testing.T) {
	t.Parallel()
	part := profiles.Note{Code: profiles.NotePartOfWindow, ProfiledNS: 1234 * time.Millisecond, PlannedNS: 4 * time.Second, Failure: &profiles.Failure{Code: profiles.FailTargetGone}}
	var codes []string
	for _, row := range []struct {
		note profiles.Note
		want string
	}{
		{part, "covers 1.2s of a window of 4s; then: the target no longer answers"},
		{profiles.Note{Code: profiles.NoteSinceRestart}, "the process restarted within the window: values are since the start of the new process"},
		{profiles.Note{Code: profiles.NoteOwnWindow, ProfiledNS: 7 * time.Second, PlannedNS: 9 * time.Second}, "the service profiled 7s of its own choice; the window is 9s"},
		{profiles.Note{Code: profiles.NoteOwnShare, Share: 0.254, Functions: "^net/http"}, "25.4 % of it is the taking of profiles"},
		{profiles.Note{Code: profiles.NoteWithoutTargets, Targets: []string{"a", "b"}}, "without a, b"},
		{profiles.Note{Code: profiles.NoteInText, Text: "as it was said"}, "as it was said"},
	} {
		codes = append(codes, string(row.note.Code))
		checkSentence(t, string(row.note.Code), words.Note(row.note), row.want)
	}
	checkCodes(t, folderOfProfiles, "NoteCode", codes)
	if got := words.Notes(profiles.Notes{{Code: profiles.NoteInText, Text: "one"}, {Code: profiles.NoteInText, Text: "two"}}); got != "one; two" {
		t.Errorf("got %q", got)
	}
}

func TestWarning(t *testing.T) {
	t.Parallel()
	empty := &profiles.Failure{Code: profiles.FailEmptyAnswer}
	var codes []string
	for _, row := range []struct {
		warning profiles.Warning
		want    string
	}{
		{profiles.Warning{Code: profiles.WarnFailed, Target: "web", Failure: empty}, "web: the answer is empty"},
		{profiles.Warning{Code: profiles.WarnFailed, Target: "web", Failure: empty, Kinds: []profiles.Kind{profiles.CPU, profiles.Heap}}, "web: the answer is empty (cpu, heap)"},
		{profiles.Warning{Code: profiles.WarnRestarted, Target: "web"}, "web restarted within the window: its profiles are of more than one process"},
		{profiles.Warning{Code: profiles.WarnProfilingOff, Target: "web", Kind: profiles.Block}, "block profiling appears to be off on web; call runtime.SetBlockProfileRate(10_000) when the service starts"},
		{profiles.Warning{Code: profiles.WarnProfilingOff, Target: "web", Kind: profiles.Mutex, Certain: true}, "mutex profiling is off on web; call runtime.SetMutexProfileFraction(100) when the service starts"},
		{profiles.Warning{Code: profiles.WarnProfilingOff, Kind: profiles.Mutex}, "mutex profiling appears to be off on the service; call runtime.SetMutexProfileFraction(100) when the service starts"},
		{profiles.Warning{Code: profiles.WarnTraceCut, Target: "web", Failure: &profiles.Failure{Code: profiles.FailSizeBound, MaxBytes: 2048}}, "the trace of web was cut off at 2 KiB, the size limit"},
		{profiles.Warning{Code: profiles.WarnTraceCut, Target: "web", Failure: &profiles.Failure{Code: profiles.FailBrokenConnection}}, "the trace of web was cut off: the connection broke before the answer was complete"},
		{profiles.Warning{Code: profiles.WarnInText, Text: "as it was said"}, "as it was said"},
	} {
		codes = append(codes, string(row.warning.Code))
		checkSentence(t, string(row.warning.Code), words.Warning(row.warning), row.want)
	}
	checkCodes(t, folderOfProfiles, "WarningCode", codes)
	got := words.Nothing(&profiles.NothingError{Failures: []profiles.Warning{
		{Code: profiles.WarnFailed, Target: "x", Failure: empty}, {Code: profiles.WarnFailed, Target: "y", Failure: empty},
	}})
	checkSentence(t, "nothing", got, "nothing was captured: x: the answer is empty; y: the answer is empty")
}

func TestReason(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, row := range []struct {
		reason profiles.Reason
		want   string
	}{
		{profiles.Reason{Code: profiles.ReasonInterrupted, IntoNS: 30040 * time.Millisecond, PlannedNS: time.Minute}, "interrupted after 30s of a window of 1m0s"},
		{profiles.Reason{Code: profiles.ReasonStoppedAnswering, Target: "web", IntoNS: 3 * time.Second, PlannedNS: time.Minute}, "web stopped answering after 3s of a window of 1m0s"},
		{profiles.Reason{Code: profiles.ReasonGoneBefore, Target: "web"}, "web stopped answering before the window"},
		{profiles.Reason{Code: profiles.ReasonInText, Text: "as it was said"}, "as it was said"},
	} {
		codes = append(codes, string(row.reason.Code))
		checkSentence(t, string(row.reason.Code), words.Reason(row.reason), row.want)
	}
	checkCodes(t, folderOfProfiles, "ReasonCode", codes)
	both := profiles.Reasons{{Code: profiles.ReasonGoneBefore, Target: "a"}, {Code: profiles.ReasonGoneBefore, Target: "b"}}
	checkSentence(t, "both", words.Reasons(both), "a stopped answering before the window; b stopped answering before the window")
}

func TestPhase(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, row := range []struct {
		phase profiles.Phase
		want  string
	}{
		{profiles.Starting, "snapshots at the start"},
		{profiles.Window, "profiling"},
		{profiles.Ending, "snapshots at the end"},
	} {
		codes = append(codes, string(row.phase))
		checkSentence(t, string(row.phase), words.Phase(row.phase), row.want)
	}
	checkCodes(t, folderOfProfiles, "Phase", codes)
}
