package powerloss

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Survival says how much of what was not synced is still there after a loss.
type Survival string

// The survivals. What was synced is always there.
const (
	// Nothing: all that was not synced is gone.
	Nothing Survival = "nothing"
	// Everything: the cache was written just before. A killed process sees this.
	Everything Survival = "everything"
	// Ordered: as in a file system with a journal. Changes to folders survive up
	// to some moment. A file that grew has a part of what was appended, up to some
	// point. Of what was overwritten, some sectors are new and others old.
	Ordered Survival = "ordered"
	// Scattered: any change to a folder may survive without those before it, and
	// any sector without its neighbors. A file that grew may have holes of zeros.
	Scattered Survival = "scattered"
)

// Loss is what a loss of power did.
type Loss struct {
	Survival Survival `json:"survival"`
	Files    int      `json:"files"`    // that had lost something
	Gone     int      `json:"gone"`     // of these, files that have no name any more
	Sectors  int64    `json:"sectors"`  // of 512 bytes: older content is back, or cut off
	Kept     int64    `json:"kept"`     // sectors that survived although nobody had synced them
	Torn     int      `json:"torn"`     // files of which some sectors survived and some did not
	Changes  int      `json:"changes"`  // to folders, undone
	Survived int      `json:"survived"` // changes to folders that nobody had synced
}

// Bytes is how much content was dropped.
func (l Loss) Bytes() int64 { return l.Sectors * sectorSize }

// Add adds the figures of another loss.
func (l *Loss) Add(o Loss) {
	l.Files += o.Files
	l.Gone += o.Gone
	l.Sectors += o.Sectors
	l.Kept += o.Kept
	l.Torn += o.Torn
	l.Changes += o.Changes
	l.Survived += o.Survived
}

// Lose drops what was not synced and turns the power on. It is called after
// [Disk.PowerOff], when no process that used the disk before is left: calls of
// these would change what is left. All choices come from the seed.
func (d *Disk) Lose(seed uint64, s Survival) Loss {
	d.mu.Lock()
	defer d.mu.Unlock()
	rng := rand.New(rand.NewPCG(seed, 0x706f776572))
	loss := Loss{Survival: s}
	before := d.reachable()
	d.loseChanges(rng, s, &loss)
	left := d.reachable()
	for _, n := range slices.Sorted(maps.Keys(d.nodes)) {
		i := d.nodes[n]
		if i.isFile() {
			lost := i.file.lose(rng, s, &loss)
			gone := before[n] && !left[n]
			if gone && !lost { // all of it was safe, but for the name
				lost = true
			}
			if gone {
				loss.Gone++
			}
			if lost && (left[n] || gone) {
				loss.Files++
			}
		}
		if !left[n] {
			delete(d.nodes, n)
		}
	}
	d.recount()
	d.off = false
	d.lives++
	return loss
}

// loseChanges decides which changes to folders survive, and makes that what is.
func (d *Disk) loseChanges(rng *rand.Rand, s Survival, loss *Loss) {
	survives := func(int) bool { return s == Everything }
	switch s {
	case Ordered:
		n := rng.IntN(len(d.pending) + 1)
		survives = func(i int) bool { return i < n }
	case Scattered:
		p := rng.Float64()
		survives = func(int) bool { return rng.Float64() < p }
	}
	chosen := map[*change]bool{}
	for i, c := range d.pending {
		if survives(i) {
			chosen[c] = true
			loss.Survived++
		} else {
			loss.Changes++
		}
	}
	d.commit(chosen)
	d.pending = nil
	for _, i := range d.nodes {
		if i.isFolder() {
			i.entries = maps.Clone(i.safe)
			clear(i.places)
			for _, name := range slices.Sorted(maps.Keys(i.entries)) {
				i.place(name)
			}
		}
	}
}

// reachable are the nodes that have a name. A folder that is found twice, which
// only scattered survival can cause, stays where it is found first.
func (d *Disk) reachable() map[Node]bool {
	seen := map[Node]bool{Root: true}
	for queue := []Node{Root}; len(queue) > 0; queue = queue[1:] {
		dir := d.nodes[queue[0]]
		for _, name := range slices.Sorted(maps.Keys(dir.entries)) {
			n := dir.entries[name]
			switch {
			case !d.nodes[n].isFolder():
				seen[n] = true
			case seen[n]:
				delete(dir.entries, name)
				delete(dir.safe, name)
			default:
				seen[n] = true
				d.nodes[n].parent = queue[0]
				queue = append(queue, n)
			}
		}
	}
	return seen
}

// recount counts the names of all nodes.
func (d *Disk) recount() {
	for _, i := range d.nodes {
		i.Links = 0
		if i.isFolder() {
			i.Links = 2
		}
	}
	for _, i := range d.nodes {
		for _, n := range i.entries {
			if d.nodes[n].isFolder() {
				i.Links++
			} else {
				d.nodes[n].Links++
			}
		}
	}
}

// lose makes a file what it is after the loss, and reports whether something of
// it was lost.
func (c *content) lose(rng *rand.Rand, s Survival, loss *Loss) bool {
	share := map[Survival]float64{Everything: 1, Ordered: rng.Float64(), Scattered: rng.Float64()}[s]
	size := c.sizeAfter(rng, s)
	after := make([]*page, pagesFor(size))
	copy(after, c.safe)
	var kept, dropped int64
	for _, i := range slices.Sorted(maps.Keys(c.dirty)) {
		var fresh, old page
		if p := c.pages[i]; p != nil {
			fresh = *p
		}
		if i < int64(len(c.safe)) && c.safe[i] != nil {
			old = *c.safe[i]
		}
		mixed := old
		for at := int64(0); at < pageSize; at += sectorSize {
			begin := i*pageSize + at
			if begin >= max(c.size, c.safeSize) || [sectorSize]byte(fresh[at:]) == [sectorSize]byte(old[at:]) && begin < c.safeSize {
				continue // the same in both
			}
			survives := rng.Float64() < share
			if s != Scattered && begin+sectorSize > c.safeSize { // appended: no holes
				survives = size > max(begin, c.safeSize)
			}
			if begin+sectorSize > c.size && size > c.size { // it was cut off, and is back
				survives = false
			}
			if survives && begin < size {
				copy(mixed[at:at+sectorSize], fresh[at:])
				kept++
			} else {
				dropped++
			}
		}
		if i < int64(len(after)) {
			after[i] = &mixed
		}
	}
	if rest := size % pageSize; rest != 0 && after[len(after)-1] != nil {
		last := *after[len(after)-1]
		clear(last[rest:])
		after[len(after)-1] = &last
	}
	lost := dropped > 0 || size != c.size
	loss.Sectors, loss.Kept = loss.Sectors+dropped, loss.Kept+kept
	if kept > 0 && dropped > 0 {
		loss.Torn++
	}
	*c = content{pages: after, size: size, safe: slices.Clone(after), safeSize: size}
	return lost
}

// sizeAfter decides how long a file is after the loss: as of its last sync, as
// it was, or, if it grew, in between at the end of a sector.
func (c *content) sizeAfter(rng *rand.Rand, s Survival) int64 {
	choice := rng.IntN(3)
	switch {
	case s == Nothing:
		return c.safeSize
	case s == Everything || choice == 0:
		return c.size
	case choice == 1 || c.size <= c.safeSize:
		return c.safeSize
	}
	from, to := c.safeSize/sectorSize, c.size/sectorSize
	return max(c.safeSize, (from+rng.Int64N(to-from+1))*sectorSize)
}
