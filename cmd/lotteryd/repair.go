package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/audit"
	"github.com/lotteryctl/lotteryctl/internal/lottery"
	"github.com/lotteryctl/lotteryctl/internal/postgres"
	"github.com/lotteryctl/lotteryctl/internal/redis"
	"github.com/lotteryctl/lotteryctl/internal/repair"
)

// repairTimeout bounds a repair.
const repairTimeout = 10 * time.Minute

// repairOptions are the command's own flags.
type repairOptions struct {
	activity string
	answers  []string
	write    bool
	accept   bool
}

// newRepairCmd makes `lotteryd repair`.
func newRepairCmd(env environment) *cobra.Command {
	var o repairOptions
	loader := newConfigLoader(env.getenv)
	cmd := &cobra.Command{
		Use:   "repair --activity ID",
		Short: "Write wins again that the ledger lost when an older copy was brought back",
		Long: `Find the wins of an activity that the ledger has lost, and write them again.

Redis keeps the last 10,000 wins that were committed. Logs of clients' answers
(lotteryctl bench --log-answers writes one, docs/verify.md has the format) may
know more. Without --write the command only lists what it would write. A win
whose unit has another winner by now is listed and left alone.

Exit codes:
  0  the ledger has every win that Redis has seen in it, or will have with --write
  1  wins are still missing, or are in conflict with others
  2  the stores or a file cannot be used`,
		Example: `  lotteryd repair --activity spring
  lotteryd repair --activity spring --answers client.jsonl --write
  lotteryd repair --activity spring --write --accept-loss`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.activity == "" {
				return errors.New("--activity is missing; name the activity whose wins were lost")
			}
			if o.accept && !o.write {
				return errors.New("--accept-loss requires --write")
			}
			c, err := loader.load()
			if err != nil {
				return err
			}
			return runRepair(cmd.Context(), env, c, o)
		},
	}
	loader.bind(cmd.Flags())
	cmd.Flags().StringVar(&o.activity, "activity", "", "id of the activity (required)")
	cmd.Flags().StringArrayVar(&o.answers, "answers", nil, "log of clients' answers; may be repeated")
	cmd.Flags().BoolVar(&o.write, "write", false, "write the wins; without the flag, only list them")
	cmd.Flags().BoolVar(&o.accept, "accept-loss", false, "give up what is still missing: such requests are drawn again")
	return cmd
}

// unrepairedError is a ledger that still lacks wins: exit code 1.
type unrepairedError struct{ error }

// repairing is one run of the command.
type repairing struct {
	env      environment
	options  repairOptions
	ledger   *postgres.Store
	fast     *redis.Store
	evidence repair.Evidence
	state    lottery.RedisState
}

func runRepair(ctx context.Context, env environment, c Config, o repairOptions) error {
	ctx, cancel := context.WithTimeout(ctx, repairTimeout)
	defer cancel()
	r := &repairing{env: env, options: o}
	var err error
	if r.fast, err = redis.Open(redis.Options{URL: c.RedisURL}); err != nil {
		return err
	}
	defer r.fast.Close()
	if r.ledger, err = postgres.Open(ctx, postgres.Options{URL: c.PostgresURL}); err != nil {
		return err
	}
	defer r.ledger.Close()
	if err := errors.Join(r.fast.Check(ctx), r.ledger.Check(ctx)); err != nil {
		return err
	}
	if err := r.gather(ctx); err != nil {
		return err
	}
	return r.mend(ctx, repair.Make(r.evidence))
}

// gather reads everything that is known. Redis is read before the ledger, as what it
// has seen must be there.
func (r *repairing) gather(ctx context.Context) (err error) {
	id := r.options.activity
	if r.state, err = r.fast.State(ctx, id); err != nil {
		return err
	}
	recent, unreadable, err := r.fast.Recent(ctx, id)
	if err != nil {
		return err
	}
	if unreadable > 0 {
		fmt.Fprintf(r.env.stderr, "warning: %d of the wins in Redis cannot be read\n", unreadable)
	}
	record, err := r.ledger.Activity(ctx, id)
	if err != nil {
		return err
	}
	e := repair.Evidence{Activity: lottery.NewActivity(record), Recent: recent, Codes: map[repair.Unit]string{}}
	if err := r.ledger.Wins(ctx, id, func(rows []lottery.WinRow) error { e.Rows = append(e.Rows, rows...); return nil }); err != nil {
		return err
	}
	for _, path := range r.options.answers {
		if err := r.read(&e, path); err != nil {
			return err
		}
	}
	units := make([]postgres.UnitKey, 0, len(recent)+len(e.Told))
	for _, w := range recent {
		units = append(units, postgres.UnitKey{Prize: w.Prize, No: w.Unit})
	}
	for _, t := range e.Told {
		for i, p := range record.Spec.Prizes {
			if p.ID == t.Prize {
				units = append(units, postgres.UnitKey{Prize: i, No: t.Unit})
			}
		}
	}
	codes, err := r.ledger.Codes(ctx, id, units)
	for u, code := range codes {
		e.Codes[repair.Unit(u)] = code
	}
	r.evidence = e
	return err
}

// read adds the wins of a log.
func (r *repairing) read(e *repair.Evidence, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("--answers: %w", err)
	}
	defer f.Close()
	log, err := audit.ReadAnswers(f, path)
	if err != nil {
		return fmt.Errorf("--answers: %w", err)
	}
	if n := len(log.Malformed); n > 0 {
		first := log.Malformed[0]
		fmt.Fprintf(r.env.stderr, "warning: %d lines of %s were skipped, the first is line %d: %s\n", n, path, first.Line, first.Reason)
	}
	for _, a := range log.Answers {
		if a.Result == audit.Win && !a.Crossed && (a.Activity == r.options.activity || a.Activity == "") {
			e.Told = append(e.Told, repair.Told{User: a.User, Request: a.Request, Proof: a.Proof, Prize: a.Prize, Unit: a.Unit, Code: a.Code})
		}
	}
	return nil
}

// mend carries out the plan, as far as it was asked to, and reports.
func (r *repairing) mend(ctx context.Context, plan repair.Plan) error {
	out := r.env.stdout
	id, rows := r.options.activity, int64(len(r.evidence.Rows))
	fmt.Fprintf(out, "activity %s: the ledger has %d wins and epoch %d; Redis has seen %d wins and epoch %d\n",
		id, rows, r.evidence.Activity.Epoch, r.state.Committed, r.state.Published)
	for _, w := range plan.Insert {
		fmt.Fprintf(out, "lost: user %q request %q: %s unit %d\n", w.User, w.Request, r.prize(w), w.Unit)
	}
	for _, c := range plan.Conflicts {
		fmt.Fprintf(out, "in conflict: user %q request %q: %s unit %d: %s\n", c.Row.User, c.Row.Request, r.prize(c.Row), c.Row.Unit, conflictText(c.Reason))
	}
	if plan.Blind > 0 {
		fmt.Fprintf(out, "note: the random words of %d wins are unknown, and 0 is written\n", plan.Blind)
	}
	after := rows + int64(len(plan.Insert))
	if r.options.write {
		written, err := r.ledger.Restore(ctx, plan.Insert)
		if err != nil {
			return err
		}
		after = rows + written
		fmt.Fprintf(out, "%d wins written\n", written)
		if int(written) < len(plan.Insert) {
			fmt.Fprintf(out, "%d were not written, because the ledger changed meanwhile; run the command again\n", len(plan.Insert)-int(written))
		}
	}
	missing := max(0, r.state.Committed-after)
	if r.options.write && (missing == 0 || r.options.accept) {
		if err := r.letGo(ctx, missing, after); err != nil {
			return err
		}
		missing = 0
	}
	switch {
	case missing > 0:
		return &unrepairedError{fmt.Errorf("%d wins are still missing; give more logs with --answers, or give them up with --accept-loss", missing)}
	case len(plan.Conflicts) > 0:
		return &unrepairedError{fmt.Errorf("%d wins are in conflict with others; settle them with their users", len(plan.Conflicts))}
	}
	return nil
}

// letGo makes Redis and the ledger agree, so that draws are decided again.
func (r *repairing) letGo(ctx context.Context, missing, won int64) error {
	id := r.options.activity
	if missing > 0 {
		if err := r.fast.AcceptLoss(ctx, id, won); err != nil {
			return err
		}
		fmt.Fprintf(r.env.stdout, "%d wins were given up; their requests are drawn again\n", missing)
	}
	if r.state.Published <= r.evidence.Activity.Epoch {
		return nil
	}
	epoch, err := r.ledger.RaiseEpoch(ctx, id, r.state.Published)
	if err == nil {
		fmt.Fprintf(r.env.stdout, "the epoch is %d now; the next draw has Redis rebuilt\n", epoch)
	}
	return err
}

// prize is the name of a row's prize.
func (r *repairing) prize(w lottery.WinRow) string {
	if prizes := r.evidence.Activity.Spec.Prizes; w.Prize >= 0 && w.Prize < len(prizes) {
		return prizes[w.Prize].ID
	}
	return "an unknown prize"
}

func conflictText(r repair.Reason) string {
	switch r {
	case repair.OtherWin:
		return "the request has another win by now"
	case repair.UnitTaken:
		return "the unit has another winner by now"
	case repair.NoUnit:
		return "there is no such unit"
	case repair.OtherCode:
		return "the unit has another code than the answer in the log"
	case repair.OtherDice:
		return "the dice of this request do not give this prize"
	}
	return string(r)
}
