//go:build linux

package fusemount

import (
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// made creates a node as the caller's.
func (f *files) made(cancel <-chan struct{}, in *fuse.InHeader, name string, mode uint32, target string, out *fuse.EntryOut) fuse.Status {
	n, a, err := f.disk.Make(powerloss.Node(in.NodeId), name, mode, in.Uid, in.Gid, target)
	entry(out, n, a)
	return f.status(cancel, in, err)
}

func (f *files) Create(cancel <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	out.OpenFlags = fuse.FOPEN_DIRECT_IO
	return f.made(cancel, &in.InHeader, name, syscall.S_IFREG|in.Mode&^syscall.S_IFMT, "", &out.EntryOut)
}

func (f *files) Mknod(cancel <-chan struct{}, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	return f.made(cancel, &in.InHeader, name, in.Mode, "", out)
}

func (f *files) Mkdir(cancel <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	return f.made(cancel, &in.InHeader, name, syscall.S_IFDIR|in.Mode&^syscall.S_IFMT, "", out)
}

func (f *files) Symlink(cancel <-chan struct{}, in *fuse.InHeader, target, name string, out *fuse.EntryOut) fuse.Status {
	return f.made(cancel, in, name, syscall.S_IFLNK|0o777, target, out)
}

func (f *files) Readlink(cancel <-chan struct{}, in *fuse.InHeader) ([]byte, fuse.Status) {
	target, err := f.disk.Target(powerloss.Node(in.NodeId))
	return []byte(target), f.status(cancel, in, err)
}

func (f *files) Link(cancel <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	n := powerloss.Node(in.Oldnodeid)
	a, err := f.disk.Link(n, powerloss.Node(in.NodeId), name)
	entry(out, n, a)
	return f.status(cancel, &in.InHeader, err)
}

func (f *files) Unlink(cancel <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	return f.status(cancel, in, f.disk.Remove(powerloss.Node(in.NodeId), name, false))
}

func (f *files) Rmdir(cancel <-chan struct{}, in *fuse.InHeader, name string) fuse.Status {
	return f.status(cancel, in, f.disk.Remove(powerloss.Node(in.NodeId), name, true))
}

// noReplace is the one flag of renameat2(2) that is supported.
const noReplace = 1

func (f *files) Rename(cancel <-chan struct{}, in *fuse.RenameIn, old, name string) fuse.Status {
	if in.Flags&^noReplace != 0 {
		return fuse.EINVAL
	}
	return f.status(cancel, &in.InHeader, f.disk.Rename(powerloss.Node(in.NodeId), old, powerloss.Node(in.Newdir), name, in.Flags != 0))
}

func (f *files) OpenDir(<-chan struct{}, *fuse.OpenIn, *fuse.OpenOut) fuse.Status { return fuse.OK }

// ReadDir continues behind the place in.Offset.
func (f *files) ReadDir(cancel <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	list, err := f.disk.List(powerloss.Node(in.NodeId))
	if err != nil {
		return f.status(cancel, &in.InHeader, err)
	}
	for _, e := range list {
		if e.Place <= in.Offset {
			continue
		}
		if !out.AddDirEntry(fuse.DirEntry{Name: e.Name, Ino: uint64(e.Node), Mode: e.Mode, Off: e.Place}) {
			break
		}
	}
	return fuse.OK
}
