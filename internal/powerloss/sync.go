package powerloss

import (
	"maps"
	"slices"
	"time"
)

// Sync makes a file or a folder safe, and returns when it is: content and size
// of a file, names of a folder. What is written during the call may be left out.
// fsync and fdatasync are both this call.
func (d *Disk) Sync(n Node) error {
	finish, err := d.begin(n)
	if err != nil || finish == nil {
		return err
	}
	time.Sleep(d.opt.SyncTime)
	if err := d.lock(); err != nil {
		return err
	}
	defer d.mu.Unlock()
	return finish()
}

// begin notes what a sync is about to make safe. finish, which is called with
// the lock, does it; it is nil if all of that is safe already.
func (d *Disk) begin(n Node) (finish func() error, err error) {
	if err := d.lock(); err != nil {
		return nil, err
	}
	defer d.mu.Unlock()
	i, err := d.get(n)
	if err != nil {
		return nil, err
	}
	if i.isFolder() {
		d.counts.Folders++
	} else {
		d.counts.Syncs++
	}
	if d.lies {
		return func() error { return nil }, nil
	}
	life := d.lives
	names := d.changesKeptBy(n)
	if len(names) == 0 && i.file.isSafe() {
		return nil, nil
	}
	im := i.file.capture()
	return func() error {
		if life != d.lives { // off and on again: what is on the disk is another state
			return ErrOff
		}
		d.commit(names)
		if i.isFile() {
			i.file.keep(im)
		}
		return nil
	}, nil
}

// changesKeptBy selects what a sync of n makes safe: of a folder, all changes to
// its names. The creation of n and of the folders above it too, unless the
// options demand more.
func (d *Disk) changesKeptBy(n Node) map[*change]bool {
	made := map[Node]bool{}
	if !d.opt.EntryNeedsFolder {
		made[n] = true
	}
	chosen := map[*change]bool{}
	// From the last to the first: a folder is made before what is in it.
	for _, c := range slices.Backward(d.pending) {
		in := slices.ContainsFunc(c.sets, func(b binding) bool { return b.folder == n })
		if !in && !made[c.creates] {
			continue
		}
		chosen[c] = true
		if made[c.creates] {
			made[c.sets[0].folder] = true
		}
	}
	return chosen
}

// commit makes the chosen changes safe, in order. An earlier change that stays
// pending must not undo them later, so it loses the bindings that they have set.
func (d *Disk) commit(chosen map[*change]bool) {
	type place struct {
		folder Node
		name   string
	}
	decided := map[place]bool{}
	for _, c := range slices.Backward(d.pending) {
		if chosen[c] {
			for _, b := range c.sets {
				decided[place{b.folder, b.name}] = true
			}
			continue
		}
		c.sets = slices.DeleteFunc(c.sets, func(b binding) bool { return decided[place{b.folder, b.name}] })
	}
	left := d.pending[:0]
	for _, c := range d.pending {
		switch {
		case chosen[c]:
			for _, b := range c.sets {
				set(d.nodes[b.folder].safe, b)
			}
		case len(c.sets) > 0:
			left = append(left, c)
		}
	}
	clear(d.pending[len(left):])
	d.pending = left
}

// SyncAll makes everything safe at once, as a clean unmount does, also if syncs
// are a pretence.
func (d *Disk) SyncAll() error {
	if err := d.lock(); err != nil {
		return err
	}
	defer d.mu.Unlock()
	d.pending = nil
	for _, i := range d.nodes {
		if i.isFolder() {
			i.safe = maps.Clone(i.entries)
		}
		if i.isFile() {
			i.file.keep(i.file.capture())
		}
	}
	return nil
}
