package main

import (
	"io"
	"time"
)

// options are the flags.
type options struct {
	rounds     int
	rate       float64
	seconds    time.Duration
	only       string
	faults     string
	activities string
	lotteryd   string
	flags      string
}

// bench holds what the parts share.
type bench struct {
	options
	folder        string // logs, and the lotteryd binary if we built it
	out, progress io.Writer
	runs          int // so far
}
