package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// newLogger makes the logger that c asks for, and the level it obeys from then
// on. The format auto is text on a terminal and JSON anywhere else.
func newLogger(w io.Writer, c Config) (*slog.Logger, *slog.LevelVar) {
	level := new(slog.LevelVar)
	level.Set(c.LogLevel)
	format := telemetry.LogFormat(c.LogFormat)
	if c.LogFormat == "auto" {
		format = telemetry.LogJSON
		if onTerminal(w) {
			format = telemetry.LogText
		}
	}
	return telemetry.NewLogger(w, format, level), level
}

func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
