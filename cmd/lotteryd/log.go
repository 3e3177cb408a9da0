package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/lotteryctl/lotteryctl/internal/telemetry"
)

// logging is where the service writes its log.
type logging struct {
	*slog.Logger
	level *slog.LevelVar // what the logger obeys from now on
	out   io.Writer      // under the logger, for draw logs that do without it
}

// newLogging makes the log that c asks for. The format auto is text on a
// terminal and JSON anywhere else.
func newLogging(w io.Writer, c Config) logging {
	level := new(slog.LevelVar)
	level.Set(c.LogLevel)
	format := telemetry.LogFormat(c.LogFormat)
	if c.LogFormat == "auto" {
		format = telemetry.LogJSON
		if onTerminal(w) {
			format = telemetry.LogText
		}
	}
	return logging{telemetry.NewLogger(w, format, level), level, w}
}

func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
