package powerloss

import (
	"cmp"
	"slices"
	"syscall"
	"time"
)

// Entry is a name in a folder.
type Entry struct {
	Name string
	Node Node
	Mode uint32
	// Place grows along a listing. A name keeps its place while others come and go.
	Place uint64
}

// record makes a change visible. It becomes safe with a sync. The lock is held.
func (d *Disk) record(c *change) {
	d.pending = append(d.pending, c)
	for _, b := range c.sets {
		dir := d.nodes[b.folder]
		set(dir.entries, b)
		dir.place(b.name)
		dir.Changed = time.Now()
	}
}

// place gives a name its place in listings, or takes it back.
func (f *folder) place(name string) {
	_, is := f.entries[name]
	switch _, had := f.places[name]; {
	case !is:
		delete(f.places, name)
	case !had:
		f.last++
		f.places[name] = f.last
	}
}

func set(entries map[string]Node, b binding) {
	if b.node == 0 {
		delete(entries, b.name)
	} else {
		entries[b.name] = b.node
	}
}

// inFolder finds a folder and a name in it; node is 0 if there is none.
func (d *Disk) inFolder(parent Node, name string) (dir *inode, node Node, err error) {
	if dir, err = d.get(parent); err != nil {
		return nil, 0, err
	}
	if !dir.isFolder() {
		return nil, 0, syscall.ENOTDIR
	}
	return dir, dir.entries[name], nil
}

// Lookup finds a name in a folder.
func (d *Disk) Lookup(parent Node, name string) (Node, Attributes, error) {
	if err := d.lock(); err != nil {
		return 0, Attributes{}, err
	}
	defer d.mu.Unlock()
	_, n, err := d.inFolder(parent, name)
	if err != nil {
		return 0, Attributes{}, err
	}
	if n == 0 {
		return 0, Attributes{}, syscall.ENOENT
	}
	return n, d.nodes[n].described(), nil
}

// List returns the names in a folder by their places.
func (d *Disk) List(n Node) ([]Entry, error) {
	if err := d.lock(); err != nil {
		return nil, err
	}
	defer d.mu.Unlock()
	dir, err := d.get(n)
	if err != nil {
		return nil, err
	}
	if !dir.isFolder() {
		return nil, syscall.ENOTDIR
	}
	list := make([]Entry, 0, len(dir.entries))
	for name, n := range dir.entries {
		list = append(list, Entry{name, n, d.nodes[n].Mode, dir.places[name]})
	}
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.Place, b.Place) })
	return list, nil
}

// Make creates a file, a folder or, with a target, a symbolic link. mode has
// type and permissions.
func (d *Disk) Make(parent Node, name string, mode, uid, gid uint32, target string) (Node, Attributes, error) {
	if err := d.lock(); err != nil {
		return 0, Attributes{}, err
	}
	defer d.mu.Unlock()
	dir, there, err := d.inFolder(parent, name)
	switch {
	case err != nil:
		return 0, Attributes{}, err
	case there != 0:
		return 0, Attributes{}, syscall.EEXIST
	case dir.Links == 0:
		return 0, Attributes{}, syscall.ENOENT
	}
	i := &inode{Attributes: Attributes{Mode: mode, UID: uid, GID: gid, Links: 1, Changed: time.Now()}, target: target}
	switch mode & syscall.S_IFMT {
	case syscall.S_IFREG:
	case syscall.S_IFLNK:
		i.Size = int64(len(target))
	case syscall.S_IFDIR:
		i.Links = 2
		i.folder = newFolder(parent)
		dir.Links++
	default:
		return 0, Attributes{}, syscall.ENOTSUP
	}
	d.last++
	d.nodes[d.last] = i
	d.record(&change{sets: []binding{{parent, name, d.last}}, creates: d.last})
	return d.last, i.described(), nil
}

// Target returns where a symbolic link leads.
func (d *Disk) Target(n Node) (string, error) {
	if err := d.lock(); err != nil {
		return "", err
	}
	defer d.mu.Unlock()
	i, err := d.get(n)
	if err == nil && i.Mode&syscall.S_IFMT != syscall.S_IFLNK {
		err = syscall.EINVAL
	}
	if err != nil {
		return "", err
	}
	return i.target, nil
}

// Link gives a file one more name.
func (d *Disk) Link(n, parent Node, name string) (Attributes, error) {
	if err := d.lock(); err != nil {
		return Attributes{}, err
	}
	defer d.mu.Unlock()
	i, err := d.get(n)
	if err != nil {
		return Attributes{}, err
	}
	_, there, err := d.inFolder(parent, name)
	switch {
	case err != nil:
		return Attributes{}, err
	case there != 0:
		return Attributes{}, syscall.EEXIST
	case i.isFolder():
		return Attributes{}, syscall.EPERM
	}
	i.Links++
	d.record(&change{sets: []binding{{parent, name, n}}})
	return i.described(), nil
}

// Remove takes away a name: of an empty folder if dir is set, else of anything
// but a folder. An open file stays readable by its node.
func (d *Disk) Remove(parent Node, name string, dir bool) error {
	if err := d.lock(); err != nil {
		return err
	}
	defer d.mu.Unlock()
	_, n, err := d.inFolder(parent, name)
	switch {
	case err != nil:
		return err
	case n == 0:
		return syscall.ENOENT
	case dir && !d.nodes[n].isFolder():
		return syscall.ENOTDIR
	case !dir && d.nodes[n].isFolder():
		return syscall.EISDIR
	}
	if dir && len(d.nodes[n].entries) > 0 {
		return syscall.ENOTEMPTY
	}
	d.unlinked(n)
	d.record(&change{sets: []binding{{parent, name, 0}}})
	return nil
}

// unlinked counts that a node has a name less.
func (d *Disk) unlinked(n Node) {
	i := d.nodes[n]
	if i.isFolder() {
		i.Links = 0
		d.nodes[i.parent].Links--
	} else {
		i.Links--
	}
}

// Rename moves a name, and replaces what has the new one unless keep is set.
func (d *Disk) Rename(from Node, old string, to Node, name string, keep bool) error {
	if err := d.lock(); err != nil {
		return err
	}
	defer d.mu.Unlock()
	_, n, err := d.inFolder(from, old)
	if err != nil {
		return err
	}
	_, there, err := d.inFolder(to, name)
	switch {
	case err != nil:
		return err
	case n == 0:
		return syscall.ENOENT
	case there != 0 && keep:
		return syscall.EEXIST
	case there == n:
		return nil
	case d.within(to, n):
		return syscall.EINVAL
	}
	moved := d.nodes[n]
	if there != 0 {
		replaced := d.nodes[there]
		switch {
		case moved.isFolder() && !replaced.isFolder():
			return syscall.ENOTDIR
		case !moved.isFolder() && replaced.isFolder():
			return syscall.EISDIR
		case replaced.isFolder() && len(replaced.entries) > 0:
			return syscall.ENOTEMPTY
		}
		d.unlinked(there)
	}
	if moved.isFolder() && from != to {
		d.nodes[from].Links--
		d.nodes[to].Links++
		moved.parent = to
	}
	d.record(&change{sets: []binding{{from, old, 0}, {to, name, n}}})
	return nil
}

// within reports whether folder n is at or below top.
func (d *Disk) within(n, top Node) bool {
	for ; n != top; n = d.nodes[n].parent {
		if n == Root {
			return false
		}
	}
	return true
}
