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
		Short: "Serve draws until told to stop",
		Long: `Serve draws until SIGTERM or SIGINT, then answer every accepted request and stop.

The public port takes draws; the admin port has metrics, profiles, health,
configuration and the activities. Both are on loopback unless asked otherwise.
Every setting can be a flag, an environment variable LOTTERYD_<FLAG>, or a line
of the YAML file named by --config; the first of these that is given counts.`,
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
	cmd.Flags().BoolVar(&o.dev, "dev", false, "bring a private Redis and Postgres, seed a sample activity, print a curl line")
	cmd.Flags().BoolVar(&o.migrate, "migrate", false, "bring the schema up before serving")
	loader.bind(cmd.Flags())
	return cmd
}

// runServe serves with servers that are there already.
func runServe(ctx context.Context, env environment, c Config, migrate bool) error {
	return serve(ctx, c, newLogging(env.stderr, c), migrate, func(*service, listeners) error { return nil })
}
