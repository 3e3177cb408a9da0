package redis

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// LogTo sends the client library's own messages to write, one line each. The
// library has a single logger for the whole process, so this is for main to
// call once, before [Open]; without it the library writes to standard error.
func LogTo(write func(message string)) { redis.SetLogger(logger(write)) }

type logger func(string)

// Printf is how go-redis logs.
func (l logger) Printf(_ context.Context, format string, args ...any) {
	l(fmt.Sprintf(format, args...))
}
