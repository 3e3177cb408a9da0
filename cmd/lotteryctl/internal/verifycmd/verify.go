// Package verifycmd is the command verify: it audits a lotteryd deployment against
// its own promises.
package verifycmd

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/internal/audit"
)

type verifyOptions struct {
	postgres, redis string
	answers         []string
	activity        string
	wait, timeout   time.Duration
	overdue         time.Duration
	commitments     []string
	redisLostData   bool
	strict, json    bool
	show            int
}

// New builds the command verify over the streams of env.
func New(env cli.Env) *cobra.Command {
	opts := &verifyOptions{}
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Audit a lotteryd deployment: is every win kept, and no unit given twice?",
		Long: `Audit a lotteryd deployment after load.

It compares the ledger in Postgres, the state in Redis and the client's own log of
answers. It prints each invariant I1 to I8 as held, broken or not checked, and lists
the rows that break it. It writes to neither store. See docs/verify.md.

Exit codes:
  0  nothing is broken
  1  an invariant is broken
  2  the audit could not be done
  3  with --strict: some part could not be checked`,
		Example: `  lotteryctl verify --postgres postgres://lottery@127.0.0.1/lottery --redis redis://127.0.0.1:6379/0
  lotteryctl verify --postgres "$PG" --redis "$REDIS" --answers answers.jsonl --activity spring --json
  zcat answers.jsonl.gz | lotteryctl verify --postgres "$PG" --redis "$REDIS" --answers -`,
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runVerify(cmd, env, opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.postgres, "postgres", "", "URL of the ledger (required)")
	f.StringVar(&opts.redis, "redis", "", "URL of Redis; without it only the ledger and the log are compared")
	f.StringArrayVar(&opts.answers, "answers", nil, "log of answers, one JSON object per line; - for stdin; may be repeated")
	f.StringVar(&opts.activity, "activity", "", "audit this activity only (default: all)")
	f.DurationVar(&opts.wait, "wait", 10*time.Second, "maximum time to wait until wins in flight are settled")
	f.DurationVar(&opts.timeout, "timeout", 10*time.Minute, "maximum time of the audit")
	f.DurationVar(&opts.overdue, "overdue", 30*time.Second, "age at which an unsettled win counts as stranded")
	f.StringArrayVar(&opts.commitments, "commitment", nil, "ACTIVITY=HEX, the published commitment of the dice; may be repeated")
	f.BoolVar(&opts.redisLostData, "redis-lost-data", false, "set this if Redis lost data during the run: losses that were drawn again are counted, not called broken")
	f.BoolVar(&opts.strict, "strict", false, "exit with 3 if some part could not be checked or a line of a log could not be read")
	f.BoolVar(&opts.json, "json", false, "print JSON (format version 1, see docs/verify.md)")
	f.IntVar(&opts.show, "show", 10, "maximum number of offending rows to list for each invariant")
	return cmd
}

func runVerify(cmd *cobra.Command, env cli.Env, opts *verifyOptions) error {
	commitments, err := opts.check(cmd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), opts.timeout,
		fmt.Errorf("the audit was not finished within %s; increase --timeout", opts.timeout))
	defer cancel()
	progress := verifyProgress(env)
	// Stores first: a wrong URL should not cost the reading of a large log.
	ev, err := audit.Load(ctx, audit.Sources{
		Postgres: opts.postgres, Redis: opts.redis, Activity: opts.activity,
		Wait: opts.wait, Progress: progress,
	})
	if err != nil {
		return cli.WhyEnded(ctx, err)
	}
	if ev.Log, err = readAnswerLogs(ctx, env, opts.answers, progress); err != nil {
		return cli.WhyEnded(ctx, err)
	}
	progress("comparing")
	report := audit.Check(ev, audit.Options{
		Overdue: opts.overdue, RedisLostData: opts.redisLostData,
		Commitments: commitments, Show: opts.show,
	})
	progress("")
	write := report.WriteText
	if opts.json {
		write = report.WriteJSON
	}
	if err := write(env.Stdout); err != nil {
		return err
	}
	return verdictOf(report, opts.strict)
}

// verdictOf is the exit code that a report deserves.
func verdictOf(report *audit.Report, strict bool) error {
	switch {
	case !report.Held:
		return cli.GateFailed(errors.New(report.Summary()))
	case strict && !report.Complete:
		return cli.Inconclusive(errors.New(report.Summary()))
	case strict && len(report.Malformed) > 0:
		return cli.Inconclusive(fmt.Errorf("%d lines of the logs could not be read", len(report.Malformed)))
	}
	return nil
}

func (o *verifyOptions) check(cmd *cobra.Command) (commitments map[string]string, err error) {
	switch {
	case o.postgres == "":
		return nil, cli.UsageErrorf(cmd, "--postgres is missing; set it to the URL of the ledger")
	case o.wait < 0:
		return nil, cli.UsageErrorf(cmd, "--wait is %s; use 0 or more", o.wait)
	case o.timeout <= o.wait:
		return nil, cli.UsageErrorf(cmd, "--timeout is %s; use a value longer than --wait, %s", o.timeout, o.wait)
	case o.overdue <= 0:
		return nil, cli.UsageErrorf(cmd, "--overdue is %s; use a value above 0", o.overdue)
	case o.show <= 0:
		return nil, cli.UsageErrorf(cmd, "--show is %d; use 1 or more", o.show)
	}
	commitments = make(map[string]string)
	for _, c := range o.commitments {
		id, sum, ok := strings.Cut(c, "=")
		if raw, err := hex.DecodeString(sum); !ok || id == "" || err != nil || len(raw) != 32 {
			return nil, cli.UsageErrorf(cmd, "--commitment is %q; use ACTIVITY=HEX with 64 hex digits", c)
		}
		if o.activity != "" && id != o.activity {
			return nil, cli.UsageErrorf(cmd, "--commitment is for activity %q, but --activity is %q", id, o.activity)
		}
		commitments[id] = sum
	}
	stdins := 0
	for _, name := range o.answers {
		if name == "-" {
			stdins++
		}
	}
	if stdins > 1 {
		return nil, cli.UsageErrorf(cmd, "--answers - was given twice; stdin can be read only once")
	}
	return commitments, nil
}

// readAnswerLogs reads all logs into one; nil if there are none.
func readAnswerLogs(ctx context.Context, env cli.Env, names []string, progress func(string)) (*audit.Log, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all := &audit.Log{}
	for _, name := range names {
		progress("reading " + name)
		log, err := readAnswerLog(ctx, env, name)
		if err != nil {
			return nil, err
		}
		all.Append(log)
	}
	return all, nil
}

func readAnswerLog(ctx context.Context, env cli.Env, name string) (*audit.Log, error) {
	source := env.Stdin
	if name == "-" {
		name = "stdin"
	} else {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("reading the log of answers: %w", err)
		}
		defer file.Close()
		source = file
	}
	log, err := audit.ReadAnswers(cli.NewStoppable(ctx, source), name)
	if err == nil && len(log.Answers) == 0 && len(log.Malformed) > 0 {
		m := log.Malformed[0]
		err = fmt.Errorf("%s is not a log of answers: line %d: %s", name, m.Line, m.Reason)
	}
	return log, err
}

// verifyProgress names the stage on a terminal, each over the last one.
func verifyProgress(env cli.Env) func(string) {
	if !cli.IsTerminal(env.Stderr) {
		return func(string) {}
	}
	start := time.Now()
	return func(stage string) {
		fmt.Fprint(env.Stderr, "\r\x1b[K")
		if stage != "" {
			fmt.Fprintf(env.Stderr, "%s  %s", time.Since(start).Round(100*time.Millisecond), stage)
		}
	}
}
