// Package servicescmd is the command services: it keeps a private Redis and Postgres
// running between commands. state.go is how the commands find them.
package servicescmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/localservices"
)

// stopPatience is how long `down` waits for the keeper to finish.
const stopPatience = 20 * time.Second

type servicesOptions struct {
	stateDir   string
	json       bool
	foreground bool
}

// New builds the command services over the streams of env.
func New(env cli.Env) *cobra.Command {
	opts := &servicesOptions{}
	cmd := cli.NewGroupCmd("services", "Run a private Redis and Postgres for demos and tests")
	cmd.Long = `Run a private Redis and Postgres for demos and tests.

They listen on free ports of 127.0.0.1, have random passwords, and keep their data in
a temporary folder. They do not change anything that is installed or running.
Without --foreground, a background process keeps them running until ` + "`services down`" + `; if
that process ends in any way, the servers and their data are removed.`
	cmd.Example = `  lotteryctl services up
  lotteryctl services status --json
  lotteryctl services down`
	cmd.PersistentFlags().StringVar(&opts.stateDir, "state-dir", "",
		"folder for the state file (default: your own folder in the runtime directory)")
	cmd.PersistentFlags().BoolVar(&opts.json, "json", false, "print JSON (format version 1)")
	cmd.AddCommand(newServicesUpCmd(env, opts), newServicesStatusCmd(env, opts),
		newServicesDownCmd(env, opts), newServicesCheckCmd(env))
	return cmd
}

func newServicesUpCmd(env cli.Env, opts *servicesOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the servers, or print their addresses if they are running",
		Example: `  lotteryctl services up
  lotteryctl services up --foreground    # until Ctrl-C`,
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withState(opts, func(state stateFile) error {
				if opts.foreground {
					return runForeground(cmd.Context(), env, opts, state)
				}
				return runUp(cmd.Context(), env, opts, state)
			})
		},
	}
	cmd.Flags().BoolVar(&opts.foreground, "foreground", false, "stay in the foreground, and stop them on Ctrl-C")
	return cmd
}

func newServicesStatusCmd(env cli.Env, opts *servicesOptions) *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Show whether the servers are running, and where",
		Example: "  lotteryctl services status",
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return withState(opts, func(state stateFile) error {
				running, err := state.read()
				if err != nil {
					return err
				}
				return printServices(env.Stdout, opts.json, "up", running)
			})
		},
	}
}

func newServicesDownCmd(env cli.Env, opts *servicesOptions) *cobra.Command {
	return &cobra.Command{
		Use:     "down",
		Short:   "Stop the servers and remove their data",
		Example: "  lotteryctl services down",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withState(opts, func(state stateFile) error {
				return runDown(cmd.Context(), env, opts, state)
			})
		},
	}
}

// newServicesCheckCmd is what scripts ask before they install anything; its
// failure names the command that installs what is missing.
func newServicesCheckCmd(env cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:     "check",
		Short:   "Show which server programs would be used, without starting them",
		Example: "  lotteryctl services check",
		Args:    cli.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			found, err := localservices.Find(localservices.Options{Redis: true, Postgres: true})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(env.Stdout, "redis     %s\npostgres  %s\n",
				found.Redis, filepath.Join(found.PostgresBin, "postgres"))
			return err
		},
	}
}

func withState(opts *servicesOptions, f func(stateFile) error) error {
	state, err := openStateDir(opts.stateDir)
	if err != nil {
		return err
	}
	return f(state)
}

// runUp starts a keeper, this program with --foreground in a session of its
// own, and returns when it has written its state.
func runUp(ctx context.Context, env cli.Env, opts *servicesOptions, state stateFile) error {
	running, err := state.read()
	if err != nil {
		return err
	}
	if running != nil {
		return printServices(env.Stdout, opts.json, "already up", running)
	}
	log, err := anonymousFile()
	if err != nil {
		return err
	}
	defer log.Close()
	keeper, err := startKeeper(state, log)
	if err != nil {
		return err
	}
	running, err = awaitKeeper(ctx, keeper, state, log)
	if err != nil {
		return err
	}
	return printServices(env.Stdout, opts.json, "up", running)
}

// anonymousFile is a temporary file without a name, gone when its last user
// closes it.
func anonymousFile() (*os.File, error) {
	file, err := os.CreateTemp("", "lotteryctl-log-")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}

// startKeeper runs the keeper with its output in a file: a pipe would break,
// and kill it, when we are gone.
func startKeeper(state stateFile, log *os.File) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "services", "up", "--foreground", "--state-dir", state.dir)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, cmd.Start()
}

// awaitKeeper waits until the services are up. If the keeper ends before that,
// its log says why; if ctx ends, the keeper is ended too.
func awaitKeeper(ctx context.Context, keeper *exec.Cmd, state stateFile, log *os.File) (*serviceState, error) {
	ended := make(chan error, 1)
	go func() { ended <- keeper.Wait() }() // ends with the keeper or with us
	for {
		select {
		case <-ended:
			// Perhaps another `up` was faster; then its services are ours as well.
			if running, err := state.read(); err == nil && running != nil {
				return running, nil
			}
			return nil, keeperError(log)
		case <-ctx.Done():
			keeper.Process.Signal(syscall.SIGTERM)
			<-ended
			return nil, context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
		if running, err := state.read(); err == nil && running != nil {
			return running, nil
		}
	}
}

// keeperError is what the keeper said before it ended.
func keeperError(log *os.File) error {
	text, err := io.ReadAll(io.NewSectionReader(log, 0, 1<<20))
	if err != nil {
		return err
	}
	_, said, found := strings.Cut(string(text), "lotteryctl: ")
	if !found {
		return fmt.Errorf("the background process ended early and printed: %q", text)
	}
	return errors.New(strings.TrimSpace(said))
}

// runForeground is the keeper: it holds the lock and the services until ctx
// ends, which is its proper end and no error.
func runForeground(ctx context.Context, env cli.Env, opts *servicesOptions, state stateFile) (err error) {
	release, err := state.lock()
	if err != nil {
		return err
	}
	defer release()
	services, err := localservices.Start(ctx,
		localservices.Options{Redis: true, Postgres: true, Log: env.Stderr})
	if err != nil {
		return err
	}
	defer func() {
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience/2)
		defer cancel()
		err = errors.Join(err, services.Stop(stopCtx))
	}()
	running := &serviceState{
		Version: stateVersion, PID: os.Getpid(),
		Redis: services.RedisURL(), Postgres: services.PostgresURL(),
	}
	if err := state.write(running); err != nil {
		return err
	}
	if err := printServices(env.Stdout, opts.json, "up", running); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// runDown asks the keeper to stop and waits until it has.
func runDown(ctx context.Context, env cli.Env, opts *servicesOptions, state stateFile) error {
	running, err := state.read()
	if err != nil {
		return err
	}
	if running == nil {
		return printServices(env.Stdout, opts.json, "", nil)
	}
	// One that has just ended has given its lock up, or is about to.
	if err := syscall.Kill(running.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("asking process %d to stop: %w", running.PID, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, stopPatience,
		fmt.Errorf("process %d has not stopped within %s", running.PID, stopPatience))
	defer cancel()
	for state.locked() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return printServices(env.Stdout, opts.json, "", nil)
}

// printServices prints where the services are, or that they are down (nil).
func printServices(w io.Writer, asJSON bool, word string, running *serviceState) error {
	if asJSON {
		return writeStateJSON(w, running)
	}
	if running == nil {
		_, err := fmt.Fprintln(w, "services are down")
		return err
	}
	_, err := fmt.Fprintf(w, "services are %s (process %d)\nredis     %s\npostgres  %s\n",
		word, running.PID, running.Redis, running.Postgres)
	return err
}
