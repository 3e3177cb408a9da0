// Package fusemount shows a [powerloss.Disk] as a file system to real programs,
// by FUSE.
//
// [Start] starts a process that holds the disk and calls [Serve]; [Mounted]
// gives it orders. It is a process of its own because a program that waits for a
// file system which it serves itself can wait forever, and because the mount
// must go when we are killed: the process unmounts when its standard input ends.
//
// The kernel caches no content: files are opened for direct I/O. So every write
// reaches the disk before the call returns, and what was synced is known exactly.
// After a loss the disk is mounted again, so that nothing else is remembered. fsync, fdatasync, and files
// opened with O_SYNC or O_DSYNC are synced; sync_file_range is not, as it
// promises nothing. A shared memory map of a file is not possible.
//
// Linux alone, and /dev/fuse must be usable: see [ErrNoFUSE].
package fusemount
