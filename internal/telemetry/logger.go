package telemetry

import (
	"io"
	"log/slog"
)

// LogFormat is how log lines are written.
type LogFormat string

// The formats.
const (
	LogJSON LogFormat = "json" // one JSON object a line, for machines
	LogText LogFormat = "text" // key=value, for people
)

// NewLogger makes a logger that writes to w whatever is at or above level; the
// level may be changed while it runs. Safe for concurrent use as long as nobody
// else writes to w.
func NewLogger(w io.Writer, format LogFormat, level *slog.LevelVar) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == LogText {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
