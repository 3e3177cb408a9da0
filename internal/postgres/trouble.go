package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// Trouble is why the ledger cannot be written to.
type Trouble uint8

// The troubles.
const (
	TroubleNone         Trouble = iota
	TroubleAway                 // it does not answer in time, or with something unexpected
	TroubleReadOnly             // it answers and takes no writes
	TroubleFull                 // it has no room for another row
	TroubleSchemaBehind         // the schema is older than this program
	TroubleSchemaAhead          // the schema is newer than this program
)

// Classes and codes of SQLSTATE that say which trouble an error is.
const (
	codeReadOnly       = "25006"
	codeUndefinedTable = "42P01" // what Postgres says before the migration that makes it
	codeDiskFull       = "53100"
)

// TroubleOf tells what kind of trouble an error of this package is.
func TroubleOf(err error) Trouble {
	var wrong *wrongSchema
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return TroubleNone
	case errors.As(err, &wrong) && wrong.has > wrong.needs:
		return TroubleSchemaAhead
	case errors.As(err, &wrong):
		return TroubleSchemaBehind
	case !errors.As(err, &pg):
		return TroubleAway
	}
	switch pg.Code {
	case codeReadOnly:
		return TroubleReadOnly
	case codeDiskFull:
		return TroubleFull
	case codeUndefinedTable:
		return TroubleSchemaBehind
	}
	return TroubleAway
}

// wrongSchema is a schema that is not this program's version.
type wrongSchema struct{ has, needs int }

func (e *wrongSchema) Error() string {
	return fmt.Sprintf("the schema has version %d and this program needs %d; run: lotteryd migrate", e.has, e.needs)
}
