package postgres

import "context"

// Heartbeat writes a row and commits it, as a win is. [TroubleOf] tells what its
// error means. A schema that is newer than this program is an error, too, after
// the write. It is bounded by the store's timeout and by ctx.
func (s *Store) Heartbeat(ctx context.Context) (Pulse, error) {
	list, err := allMigrations()
	if err != nil {
		return Pulse{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	var p Pulse
	var version int
	var fsync, syncCommit, fullPages string
	err = s.pulse.pool.QueryRow(ctx, beat, s.pulse.instance).Scan(&p.Server, &version, &fsync, &syncCommit, &fullPages)
	switch {
	case err != nil && TroubleOf(err) == TroubleSchemaBehind:
		return p, s.CheckSchema(ctx)
	case err != nil:
		return p, reached(err)
	}
	p.Unsafe = unsafeSettings(fsync, syncCommit, fullPages)
	if version != len(list) {
		return p, &wrongSchema{version, len(list)}
	}
	return p, nil
}

// CommitTrouble is why the last commit of wins failed; [TroubleNone] once one has
// succeeded since. It notices what a heartbeat cannot, such as a disk on which old
// pages can be written and new ones cannot. Only [ClaimNumbered] is watched.
func (s *Store) CommitTrouble() (Trouble, error) {
	if p := s.commitError.Load(); p != nil {
		return TroubleOf(*p), *p
	}
	return TroubleNone, nil
}
