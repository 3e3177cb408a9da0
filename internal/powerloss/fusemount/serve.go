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
	var s server
	defer func() { err = errors.Join(err, s.unmountNow()) }()
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var o order
		if err := orders.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		a, err := s.obey(o)
		if err != nil {
			a.Error, a.NoFUSE = err.Error(), errors.Is(err, ErrNoFUSE)
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// server is the state of the process of a disk.
type server struct {
	disk    *powerloss.Disk
	folder  string
	unmount func() error // nil while it is not mounted
}

func (s *server) obey(o order) (a answer, err error) {
	if o.Do == "mount" {
		s.disk = powerloss.New(o.Options, 0o755, uint32(os.Geteuid()), uint32(os.Getegid()))
		s.folder = o.Folder
		s.unmount, err = mount(s.disk, s.folder)
		return a, err
	}
	if s.disk == nil {
		return a, errors.New("nothing is mounted yet")
	}
	switch o.Do {
	case "off":
		s.disk.PowerOff()
	case "lose":
		a.Loss, err = s.lose(o.Seed, o.Survival)
	case "sync":
		err = s.disk.SyncAll()
	case "lie":
		s.disk.Lie(o.Lie)
	case "count":
		a.Counts = s.disk.Counts()
	default:
		err = fmt.Errorf("unknown order %q", o.Do)
	}
	return a, err
}

// lose mounts again what is left, as a machine does that starts: nothing that
// the kernel remembers, and no call of a program, outlives the loss.
func (s *server) lose(seed uint64, survival powerloss.Survival) (loss powerloss.Loss, err error) {
	if err := s.unmountNow(); err != nil {
		return loss, err
	}
	loss = s.disk.Lose(seed, survival)
	s.unmount, err = mount(s.disk, s.folder)
	return loss, err
}

func (s *server) unmountNow() error {
	if s.unmount == nil {
		return nil
	}
	unmount := s.unmount
	s.unmount = nil
	return unmount()
}
