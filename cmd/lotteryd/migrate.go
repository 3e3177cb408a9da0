package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/postgres"
)

// migrateTimeout bounds a migration, the wait for other instances included.
const migrateTimeout = 10 * time.Minute

// newMigrateCmd makes `lotteryd migrate`.
func newMigrateCmd(env environment) *cobra.Command {
	loader := newConfigLoader(env.getenv)
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the Postgres schema up to this program's version",
		Long: `Bring the Postgres schema up to this program's version, and print what was done.

Safe to run at any time and by several instances at once: each step is one
transaction together with its version number. It never downgrades.`,
		Example: `  lotteryd migrate --postgres-url postgres://lottery@db/lottery`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loader.loadLedger()
			if err != nil {
				return err
			}
			return runMigrate(cmd.Context(), env, c)
		},
	}
	loader.bind(cmd.Flags())
	return cmd
}

func runMigrate(ctx context.Context, env environment, c Config) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	store, err := postgres.Open(ctx, postgres.Options{URL: c.PostgresURL})
	if err != nil {
		return err
	}
	defer store.Close()
	ran, err := store.Migrate(ctx)
	if err != nil {
		return err
	}
	for _, name := range ran {
		fmt.Fprintf(env.stdout, "ran %s\n", name)
	}
	if len(ran) == 0 {
		fmt.Fprintln(env.stdout, "the schema is up to date")
	}
	return nil
}
