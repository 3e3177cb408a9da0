package powerloss

import (
	"errors"
	"sync"
	"syscall"
	"time"
)

// Node names a file, a folder or a symbolic link of a [Disk]. Numbers are never
// used twice. 0 is no node.
type Node uint64

// Root is the folder at the top.
const Root Node = 1

// ErrOff is the error of every call while the power is off, and of a call to
// sync during which it went off. Nothing was changed.
var ErrOff = errors.New("powerloss: the power is off")

// Options tune a Disk. The zero value is usable.
type Options struct {
	// SyncTime is how long a sync takes. What is synced counts as safe at its
	// end. By default, a sync takes no time.
	SyncTime time.Duration

	// EntryNeedsFolder: the name of a new file survives only after a sync of its
	// folder, as POSIX allows. By default, a sync of a new file or folder keeps
	// the name that it was created with, and those of the folders above, as ext4,
	// XFS and Btrfs do. Renames, links and removals always need the folder.
	EntryNeedsFolder bool
}

// Disk is a file system in memory that knows what would survive a loss of
// power. All methods may be called concurrently. Errors are [ErrOff] or a
// [syscall.Errno].
type Disk struct {
	opt Options

	mu      sync.Mutex
	nodes   map[Node]*inode
	last    Node
	pending []*change // to folders, in order, not yet safe
	off     bool
	lives   int  // losses so far
	lies    bool // see Lie
	counts  Counts
}

// Counts are the calls since the disk was made.
type Counts struct {
	Writes  int64 // calls that wrote to a file
	Written int64 // bytes
	Syncs   int64 // of files
	Folders int64 // syncs of folders
}

// Attributes describe a node.
type Attributes struct {
	Mode     uint32 // type and permissions, as in st_mode
	UID, GID uint32
	Size     int64
	Links    uint32
	Changed  time.Time // of the content
}

// inode is a node. Permissions, owner and times are safe at once; see doc.go.
type inode struct {
	Attributes
	target string // of a symbolic link
	file   content
	folder // of a folder
}

// folder maps names to nodes, as they are and as they would be after a loss.
type folder struct {
	parent  Node
	entries map[string]Node
	safe    map[string]Node

	places map[string]uint64 // of the names in a listing
	last   uint64            // place
}

func newFolder(parent Node) folder {
	return folder{parent: parent, entries: map[string]Node{}, safe: map[string]Node{}, places: map[string]uint64{}}
}

// binding is a name in a folder and the node that it leads to, 0 for none.
type binding struct {
	folder Node
	name   string
	node   Node
}

// change is one call that changed folders. A rename has two bindings, which
// survive together or not at all.
type change struct {
	sets    []binding
	creates Node // 0, or the node that the change has made
}

func (n *inode) isFolder() bool { return n.Mode&syscall.S_IFMT == syscall.S_IFDIR }
func (n *inode) isFile() bool   { return n.Mode&syscall.S_IFMT == syscall.S_IFREG }

// New makes an empty disk with the power on. The root folder belongs to uid and
// gid and has the permissions perm.
func New(opt Options, perm uint32, uid, gid uint32) *Disk {
	d := &Disk{opt: opt, nodes: map[Node]*inode{}, last: Root}
	d.nodes[Root] = &inode{
		Attributes: Attributes{Mode: syscall.S_IFDIR | perm, UID: uid, GID: gid, Links: 2, Changed: time.Now()},
		folder:     newFolder(Root),
	}
	return d
}

// lock takes the lock if the power is on. The caller unlocks unless there is an
// error.
func (d *Disk) lock() error {
	d.mu.Lock()
	if d.off {
		d.mu.Unlock()
		return ErrOff
	}
	return nil
}

// PowerOff stops the disk at this instant: no call changes anything until a
// [Disk.Lose]. The processes that use it must be killed in between.
func (d *Disk) PowerOff() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// Lie makes syncs of files and folders a pretence, as a drive does whose cache
// is not protected, until Lie(false). It is a planted fault.
func (d *Disk) Lie(lies bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lies = lies
}

// Counts returns the counts so far.
func (d *Disk) Counts() Counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts
}

// get finds a node. The lock is held.
func (d *Disk) get(n Node) (*inode, error) {
	if i := d.nodes[n]; i != nil {
		return i, nil
	}
	return nil, syscall.ESTALE
}

// Attributes returns what is known of a node.
func (d *Disk) Attributes(n Node) (Attributes, error) {
	if err := d.lock(); err != nil {
		return Attributes{}, err
	}
	defer d.mu.Unlock()
	i, err := d.get(n)
	if err != nil {
		return Attributes{}, err
	}
	return i.described(), nil
}

func (n *inode) described() Attributes {
	a := n.Attributes
	if n.isFile() {
		a.Size = n.file.size
	}
	return a
}

// Update is a change of attributes: what is nil stays.
type Update struct {
	Mode     *uint32 // permissions alone
	UID, GID *uint32
	Size     *int64
	Changed  *time.Time
}

// Update changes attributes and returns them all. A new size is like a write:
// it is safe after a sync.
func (d *Disk) Update(n Node, u Update) (Attributes, error) {
	if err := d.lock(); err != nil {
		return Attributes{}, err
	}
	defer d.mu.Unlock()
	i, err := d.get(n)
	if err != nil {
		return Attributes{}, err
	}
	if u.Size != nil {
		if !i.isFile() || *u.Size < 0 {
			return Attributes{}, syscall.EINVAL
		}
		i.file.resize(*u.Size)
		i.Changed = time.Now()
	}
	if u.Mode != nil {
		i.Mode = i.Mode&syscall.S_IFMT | *u.Mode&^syscall.S_IFMT
	}
	if u.UID != nil {
		i.UID = *u.UID
	}
	if u.GID != nil {
		i.GID = *u.GID
	}
	if u.Changed != nil {
		i.Changed = *u.Changed
	}
	return i.described(), nil
}
