//go:build linux

package fusemount

import (
	"errors"
	"math"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// files shows a disk to the kernel. No content is cached there: each call of a
// program that writes or syncs reaches the disk before it returns. Names and
// attributes are, until the disk is unmounted.
type files struct {
	fuse.RawFileSystem // answers ENOSYS for what is not here
	disk               *powerloss.Disk
	closed             chan struct{} // when the disk is about to be unmounted
}

// remembered is for how many seconds the kernel may remember what it was told.
const remembered = 1 << 30

// status is what the kernel is told. While the power is off, a call does not
// return, since its caller does not exist any more: it is held until the caller
// has SIGKILL pending, or the disk is unmounted. cancel is closed at the first
// signal, which can be another one.
func (f *files) status(cancel <-chan struct{}, caller *fuse.InHeader, err error) fuse.Status {
	for errors.Is(err, powerloss.ErrOff) {
		select {
		case <-f.closed:
			return fuse.EIO
		case <-cancel:
		}
		if isKilled(caller.Pid) {
			return fuse.EINTR
		}
		time.Sleep(time.Millisecond)
	}
	var code syscall.Errno
	switch {
	case err == nil:
		return fuse.OK
	case errors.As(err, &code):
		return fuse.Status(code)
	}
	return fuse.EIO
}

func fill(out *fuse.Attr, n powerloss.Node, a powerloss.Attributes) {
	*out = fuse.Attr{
		Ino: uint64(n), Size: uint64(a.Size), Blocks: uint64(a.Size+511) / 512, Blksize: 4096,
		Mode: a.Mode, Nlink: a.Links, Owner: fuse.Owner{Uid: a.UID, Gid: a.GID},
	}
	out.SetTimes(&a.Changed, &a.Changed, &a.Changed)
}

func attributes(out *fuse.AttrOut, n powerloss.Node, a powerloss.Attributes) {
	out.AttrValid = remembered
	fill(&out.Attr, n, a)
}

func entry(out *fuse.EntryOut, n powerloss.Node, a powerloss.Attributes) {
	*out = fuse.EntryOut{NodeId: uint64(n), EntryValid: remembered, AttrValid: remembered}
	fill(&out.Attr, n, a)
}

func (f *files) Lookup(cancel <-chan struct{}, in *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	n, a, err := f.disk.Lookup(powerloss.Node(in.NodeId), name)
	entry(out, n, a)
	return f.status(cancel, in, err)
}

func (f *files) Forget(uint64, uint64) {} // a disk keeps its nodes

func (f *files) GetAttr(cancel <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	a, err := f.disk.Attributes(powerloss.Node(in.NodeId))
	attributes(out, powerloss.Node(in.NodeId), a)
	return f.status(cancel, &in.InHeader, err)
}

func (f *files) SetAttr(cancel <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	var u powerloss.Update
	if mode, ok := in.GetMode(); ok {
		u.Mode = &mode
	}
	if uid, ok := in.GetUID(); ok {
		u.UID = &uid
	}
	if gid, ok := in.GetGID(); ok {
		u.GID = &gid
	}
	if size, ok := in.GetSize(); ok {
		if size > math.MaxInt64 {
			return fuse.Status(syscall.EFBIG)
		}
		u.Size = new(int64(size))
	}
	if at, ok := in.GetMTime(); ok {
		u.Changed = &at
	}
	a, err := f.disk.Update(powerloss.Node(in.NodeId), u)
	attributes(out, powerloss.Node(in.NodeId), a)
	return f.status(cancel, &in.InHeader, err)
}

func (f *files) Open(_ <-chan struct{}, _ *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	out.OpenFlags = fuse.FOPEN_DIRECT_IO
	return fuse.OK
}

func (f *files) Read(cancel <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	n, err := f.disk.Read(powerloss.Node(in.NodeId), buf, int64(in.Offset))
	return fuse.ReadResultData(buf[:n]), f.status(cancel, &in.InHeader, err)
}

// Write also syncs if the file was opened with O_SYNC or O_DSYNC.
func (f *files) Write(cancel <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	n := powerloss.Node(in.NodeId)
	err := f.disk.Write(n, data, int64(in.Offset), in.Flags&syscall.O_APPEND != 0)
	if err == nil && in.Flags&(syscall.O_SYNC|syscall.O_DSYNC) != 0 {
		err = f.disk.Sync(n)
	}
	if err != nil {
		return 0, f.status(cancel, &in.InHeader, err)
	}
	return uint32(len(data)), fuse.OK
}

func (f *files) Fsync(cancel <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return f.status(cancel, &in.InHeader, f.disk.Sync(powerloss.Node(in.NodeId)))
}

func (f *files) FsyncDir(cancel <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return f.status(cancel, &in.InHeader, f.disk.Sync(powerloss.Node(in.NodeId)))
}

// The modes of fallocate(2).
const (
	keepSize  = 1
	punchHole = 2
)

func (f *files) Fallocate(cancel <-chan struct{}, in *fuse.FallocateIn) fuse.Status {
	var err error
	switch in.Mode {
	case keepSize: // there is space
	case 0, keepSize | punchHole:
		err = f.disk.Allocate(powerloss.Node(in.NodeId), int64(in.Offset), int64(in.Length), in.Mode != 0)
	default:
		err = syscall.EOPNOTSUPP
	}
	return f.status(cancel, &in.InHeader, err)
}

// Flush and Release: to close a file makes nothing safe.
func (f *files) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.OK }
func (f *files) Release(<-chan struct{}, *fuse.ReleaseIn)         {}
func (f *files) ReleaseDir(*fuse.ReleaseIn)                       {}

func (f *files) Access(<-chan struct{}, *fuse.AccessIn) fuse.Status { return fuse.ENOSYS } // the kernel decides

// StatFs reports a terabyte, half of it free.
func (f *files) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const blocks = 1 << 28
	*out = fuse.StatfsOut{Blocks: blocks, Bfree: blocks / 2, Bavail: blocks / 2, Files: 1 << 20, Ffree: 1 << 19,
		Bsize: 4096, Frsize: 4096, NameLen: 255}
	return fuse.OK
}

func (f *files) String() string { return "powerloss" }
