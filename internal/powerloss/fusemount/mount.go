//go:build linux

package fusemount

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// ErrNoFUSE says that this machine does not let us mount a file system: it has
// no /dev/fuse, or we have not the rights. No command of ours can change that.
var ErrNoFUSE = errors.New("fusemount: this machine does not allow FUSE mounts")

// mount shows the disk at folder: to all users if we are root, who needs no
// fusermount for it. unmount detaches the folder at once; calls of programs that
// still use it fail from then on.
func mount(disk *powerloss.Disk, folder string) (unmount func() error, err error) {
	root := os.Geteuid() == 0
	shown := &files{fuse.NewDefaultRawFileSystem(), disk, make(chan struct{})}
	server, err := fuse.NewServer(shown, folder, &fuse.MountOptions{
		Name: "powerloss", FsName: "powerloss", AllowOther: root, Options: []string{"default_permissions"},
		DirectMountStrict: root, DisableReadDirPlus: true, DisableXAttrs: true, MaxWrite: 1 << 20,
		// It reports answers to callers that were killed meanwhile, which is what we do.
		Logger: log.New(io.Discard, "", 0),
		PanicHandler: func(reason any) fuse.Status {
			fmt.Fprintf(os.Stderr, "fusemount: %v\n%s", reason, debug.Stack())
			return fuse.EIO
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoFUSE, err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve()
	}()
	if err := server.WaitMount(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrNoFUSE, err), server.Unmount())
	}
	return func() error {
		close(shown.closed)
		err := syscall.Unmount(folder, syscall.MNT_DETACH|syscall.MNT_FORCE)
		if errors.Is(err, syscall.EPERM) {
			err = server.Unmount()
		}
		if err == nil {
			<-served
		}
		return err
	}, nil
}
