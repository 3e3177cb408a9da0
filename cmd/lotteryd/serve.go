package main

import (
	"context"

	"github.com/spf13/cobra"
)

// serveOptions are serve's own flags; --config is the loader's, the rest is [Config].
type serveOptions struct {
	dev     bool
	migrate bool
}

// newServeCmd makes the serving command under the given name: it is both
// lotteryd itself and `lotteryd serve`.
func newServeCmd(env environment, use string) *cobra.Command {
	var o serveOptions
	loader := newConfigLoader(env.getenv)
	cmd := &cobra.Command{
		Use:   use,
		Short: "Serve draws until a stop signal",
		Long: `Serve draws until SIGTERM or SIGINT, then answer every accepted request and stop.

The public port takes draws; the admin port has metrics, profiles, health,
configuration and the activities. Both listen on loopback by default.
Every setting can be a flag, an environment variable LOTTERYD_<FLAG>, or a line
of the YAML file that --config names. A flag has priority over the environment, and
the environment over the file.`,
		Example: `  lotteryd --dev
  lotteryd --postgres-url postgres://lottery@db/lottery --redis-url redis://cache:6379/0 --migrate
  LOTTERYD_REGION=eu lotteryd serve --config /etc/lotteryd.yaml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.dev {
				return runDev(cmd.Context(), env, loader)
			}
			c, err := loader.load()
			if err != nil {
				return err
			}
			return runServe(cmd.Context(), env, c, o.migrate)
		},
	}
	cmd.Flags().BoolVar(&o.dev, "dev", false, "start a private Redis and Postgres, create a sample activity, print a curl command")
	cmd.Flags().BoolVar(&o.migrate, "migrate", false, "bring the schema up to date before serving")
	loader.bind(cmd.Flags())
	return cmd
}

// runServe serves with servers that are there already.
func runServe(ctx context.Context, env environment, c Config, migrate bool) error {
	return serve(ctx, c, newLogging(env.stderr, c), migrate, func(*service, listeners) error { return nil })
}
