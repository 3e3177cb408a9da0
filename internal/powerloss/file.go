package powerloss

import (
	"syscall"
	"time"
)

// file finds a regular file. The lock is held.
func (d *Disk) file(n Node) (*inode, error) {
	i, err := d.get(n)
	if err != nil {
		return nil, err
	}
	if !i.isFile() {
		return nil, syscall.EINVAL
	}
	return i, nil
}

// Read copies what a file has at offset into p, and returns how many bytes that
// are: fewer than len(p) only at the end of the file.
func (d *Disk) Read(n Node, p []byte, offset int64) (int, error) {
	if err := d.lock(); err != nil {
		return 0, err
	}
	defer d.mu.Unlock()
	i, err := d.file(n)
	if err != nil {
		return 0, err
	}
	return i.file.read(p, offset), nil
}

// Write writes p at offset, or at the end of the file if end is set.
func (d *Disk) Write(n Node, p []byte, offset int64, end bool) error {
	if err := d.lock(); err != nil {
		return err
	}
	defer d.mu.Unlock()
	i, err := d.file(n)
	if err != nil {
		return err
	}
	if end {
		offset = i.file.size
	}
	i.file.write(p, offset)
	i.Changed = time.Now()
	d.counts.Writes++
	d.counts.Written += int64(len(p))
	return nil
}

// Allocate extends a file with zeros to offset+length. With hole, that part of
// the file becomes zeros and the size stays.
func (d *Disk) Allocate(n Node, offset, length int64, hole bool) error {
	if err := d.lock(); err != nil {
		return err
	}
	defer d.mu.Unlock()
	i, err := d.file(n)
	switch {
	case err != nil:
		return err
	case offset < 0 || length <= 0:
		return syscall.EINVAL
	case hole:
		i.file.zero(offset, length)
	case offset+length > i.file.size:
		i.file.resize(offset + length)
	}
	i.Changed = time.Now()
	return nil
}
