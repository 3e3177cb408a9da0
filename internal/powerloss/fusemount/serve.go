//go:build linux

package fusemount

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// order is what the owner asks of the process that serves a disk, a JSON object
// per line. The first one mounts.
type order struct {
	Do       string             `json:"do"` // mount, off, lose, sync, lie, count
	Folder   string             `json:"folder,omitempty"`
	Options  powerloss.Options  `json:"options,omitzero"`
	Seed     uint64             `json:"seed,omitempty"`
	Survival powerloss.Survival `json:"survival,omitempty"`
	Lie      bool               `json:"lie,omitempty"`
}

// answer is what it answers, a JSON object per order.
type answer struct {
	Error  string           `json:"error,omitempty"`
	NoFUSE bool             `json:"no_fuse,omitempty"`
	Loss   powerloss.Loss   `json:"loss,omitzero"`
	Counts powerloss.Counts `json:"counts,omitzero"`
}

// Serve is all that the process of a disk does: it mounts, obeys [Mounted] and
// unmounts when that is closed or its process is dead. in and out are its
// standard input and output.
func Serve(in io.Reader, out io.Writer) (err error) {
	var disk *powerloss.Disk
	var unmount func() error
	defer func() {
		if unmount != nil {
			disk.PowerOn()
			err = errors.Join(err, unmount())
		}
	}()
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var o order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var a answer
		switch {
		case o.Do == "mount" && disk == nil:
			disk = powerloss.New(o.Options, 0o755, uint32(os.Geteuid()), uint32(os.Getegid()))
			var failed error
			if unmount, failed = mount(disk, o.Folder); failed != nil {
				a.Error, a.NoFUSE = failed.Error(), errors.Is(failed, ErrNoFUSE)
			}
		case disk == nil:
			a.Error = "nothing is mounted yet"
		default:
			a = obey(disk, o)
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

func obey(disk *powerloss.Disk, o order) (a answer) {
	switch o.Do {
	case "off":
		disk.PowerOff()
	case "lose":
		a.Loss = disk.Lose(o.Seed, o.Survival)
	case "sync":
		if err := disk.SyncAll(); err != nil {
			a.Error = err.Error()
		}
	case "lie":
		disk.Lie(o.Lie)
	case "count":
		a.Counts = disk.Counts()
	default:
		a.Error = fmt.Sprintf("unknown order %q", o.Do)
	}
	return a
}
