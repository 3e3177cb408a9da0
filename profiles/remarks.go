package profiles

import (
	"encoding/json"
	"strings"
	"time"
)

// WarningCode names a doubt about a bundle. Codes are stable; more may come.
type WarningCode string

// The doubts, and which fields of [Warning] they come with besides Target.
const (
	WarnFailed       WarningCode = "failed"        // Kinds (none: all) failed with Failure
	WarnRestarted    WarningCode = "restarted"     // its profiles are of more than one process
	WarnProfilingOff WarningCode = "profiling-off" // the rate of Kind is 0 on the target: for sure if Certain
	WarnTraceCut     WarningCode = "trace-cut"     // the trace ends early with Failure
	WarnInText       WarningCode = "text"          // Text is the sentence of a bundle of format 1
)

// Warning is a doubt about a bundle.
type Warning struct {
	Code   WarningCode `json:"code"`
	Target string      `json:"target,omitempty"` // its name
	// Kind is the profile that it is about, Kinds are those that share a cause.
	Kind  Kind   `json:"kind,omitempty"`
	Kinds []Kind `json:"kinds,omitempty"`
	// Certain says that the target itself tells, else it is a conclusion.
	Certain bool     `json:"certain,omitempty"`
	Failure *Failure `json:"error,omitempty"`
	Text    string   `json:"text,omitempty"`
}

// UnmarshalJSON reads the sentence of a bundle of format 1, too. One that was
// about a profile whose rate is off has its Kind.
func (w *Warning) UnmarshalJSON(data []byte) error {
	if text, ok := sentenceOf(data); ok {
		*w = Warning{Code: WarnInText, Text: text}
		for _, kind := range []Kind{Block, Mutex} {
			if strings.HasPrefix(text, string(kind)+" profiling ") {
				w.Kind = kind
			}
		}
		return nil
	}
	type plain Warning
	return json.Unmarshal(data, (*plain)(w))
}

// NoteCode names how a profile differs from a plain one. Codes are stable; more
// may come.
type NoteCode string

// How profiles differ, and the fields of [Note] that say how much.
const (
	NotePartOfWindow   NoteCode = "part-of-window"  // ProfiledNS of PlannedNS, then Failure
	NoteSinceRestart   NoteCode = "since-restart"   // it counts since the new process began
	NoteOwnShare       NoteCode = "own-share"       // Share of it is taking profiles, in Functions
	NoteWithoutTargets NoteCode = "without-targets" // the sum is without Targets
	NoteOwnWindow      NoteCode = "own-window"      // the service made it over ProfiledNS, whatever the window, of PlannedNS, was
	NoteInText         NoteCode = "text"            // Text is the sentence of a bundle of format 1
)

// Note is how a profile differs from a plain one.
type Note struct {
	Code       NoteCode      `json:"code"`
	ProfiledNS time.Duration `json:"profiled_ns,omitempty"`
	PlannedNS  time.Duration `json:"planned_ns,omitempty"`
	Failure    *Failure      `json:"error,omitempty"`
	Share      float64       `json:"share,omitempty"`     // 0 to 1, of the value that one looks at first
	Functions  string        `json:"functions,omitempty"` // regular expression that matches their names
	Targets    []string      `json:"targets,omitempty"`   // names
	Text       string        `json:"text,omitempty"`
}

// Notes are those of one profile.
type Notes []Note

// UnmarshalJSON reads the sentence of a bundle of format 1, too.
func (n *Notes) UnmarshalJSON(data []byte) error {
	if text, ok := sentenceOf(data); ok {
		*n = Notes{{Code: NoteInText, Text: text}}
		return nil
	}
	return json.Unmarshal(data, (*[]Note)(n))
}

// ReasonCode names why a bundle is partial. Codes are stable; more may come.
type ReasonCode string

// Why a bundle is partial, and which fields of [Reason] say when.
const (
	ReasonInterrupted      ReasonCode = "interrupted"            // IntoNS of PlannedNS
	ReasonStoppedAnswering ReasonCode = "stopped-answering"      // Target did, IntoNS of PlannedNS
	ReasonGoneBefore       ReasonCode = "gone-before-the-window" // Target stopped answering before it
	ReasonInText           ReasonCode = "text"                   // Text is the sentence of a bundle of format 1
)

// Reason is why a bundle is partial.
type Reason struct {
	Code      ReasonCode    `json:"code"`
	Target    string        `json:"target,omitempty"`     // its name
	IntoNS    time.Duration `json:"into_ns,omitempty"`    // since the window began
	PlannedNS time.Duration `json:"planned_ns,omitempty"` // the window's length
	Text      string        `json:"text,omitempty"`
}

// Reasons are those of one bundle.
type Reasons []Reason

// UnmarshalJSON reads the sentence of a bundle of format 1, too.
func (r *Reasons) UnmarshalJSON(data []byte) error {
	if text, ok := sentenceOf(data); ok {
		*r = Reasons{{Code: ReasonInText, Text: text}}
		return nil
	}
	return json.Unmarshal(data, (*[]Reason)(r))
}
