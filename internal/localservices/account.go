package localservices

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that the servers run as. The nil account is ourselves.
type account struct {
	name     string
	uid, gid uint32
}

// serverAccount is nil for an ordinary user. For root it is an unprivileged
// account: Postgres refuses to run as root.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.ParseUint(u.Uid, 10, 32)
		gid, errG := strconv.ParseUint(u.Gid, 10, 32)
		if errU == nil && errG == nil && uid != 0 {
			return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("localservices: Postgres does not run as root, and this system has neither an account postgres nor nobody; run as an ordinary user")
}

// own makes the account the owner of path.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// sysProcAttr puts a process into a session of its own, as the account.
func (a *account) sysProcAttr() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// canEnter reports, as an error that names the folder, whether the account may
// pass through dir and all folders above it. Access lists are not looked at.
func (a *account) canEnter(dir string) error {
	if a == nil {
		return nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if info.Mode()&0o001 == 0 {
			return fmt.Errorf("localservices: as root, the servers run as the account %s, which cannot enter %s; choose another folder, for example with TMPDIR=/tmp", a.name, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}
