package postgres

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
)

// codesAway are those of a server that is starting, stopping or full of clients.
func codesAway() []string { return []string{"57P01", "57P02", "57P03", "53300"} }

// IsAway tells whether an error is of a server that does not answer, or not yet:
// trying again may help without a change of settings. A wrong password, or a database
// that does not exist, is not.
func IsAway(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		for _, code := range codesAway() {
			if pg.Code == code {
				return true
			}
		}
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, errNoAnswer) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded)
}

// errNoAnswer is a server of which nothing is heard.
var errNoAnswer = errors.New("it did not answer in time")
