package localservices

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

const (
	folderPrefix = "lotteryctl-services-"
	ownerFile    = "owner.json"
	ownerVersion = 1
)

// process names a process beyond doubt: the kernel reuses process ids, but not
// together with the same start time.
type process struct {
	PID   int    `json:"pid"`
	Start string `json:"start"` // as processStart gives it
}

// alive reports whether exactly this process still runs.
func (p process) alive() bool {
	start, ok := processStart(p.PID)
	return ok && start == p.Start
}

// ownerRecord is the content of owner.json: who made the folder and which
// servers run in it. It is read by the sweep of a later Start.
type ownerRecord struct {
	Version int                `json:"version"`
	Owner   process            `json:"owner"`
	Servers map[string]process `json:"servers"`
}

// parseOwner reads an owner.json and refuses one that names no process.
func parseOwner(data []byte) (ownerRecord, error) {
	var r ownerRecord
	if err := json.Unmarshal(data, &r); err != nil {
		return ownerRecord{}, err
	}
	if r.Version != ownerVersion {
		return ownerRecord{}, fmt.Errorf("version %d is not known", r.Version)
	}
	// Process 1 and below are never ours: to kill, 0 and -1 mean whole groups.
	if r.Owner.PID <= 1 {
		return ownerRecord{}, fmt.Errorf("owner has the process id %d", r.Owner.PID)
	}
	for name, p := range r.Servers {
		if p.PID <= 1 {
			return ownerRecord{}, fmt.Errorf("server %s has the process id %d", name, p.PID)
		}
	}
	return r, nil
}

// folder is the private folder of one Services.
//
// It belongs to us and is closed to others; run as root it may be passed
// through (0711) so that the servers reach their own subfolders, each 0700 and
// theirs. So only we can write owner.json, which a sweep as root trusts.
type folder struct {
	path    string
	account *account

	mu     sync.Mutex // guards record
	record ownerRecord
}

// newFolder sweeps parent and makes a folder in it, owner record included.
func newFolder(parent string, acc *account) (*folder, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	if err := acc.canEnter(parent); err != nil {
		return nil, err
	}
	sweep(parent)
	path, err := os.MkdirTemp(parent, folderPrefix)
	if err != nil {
		return nil, fmt.Errorf("localservices: making the private folder: %w", err)
	}
	start, _ := processStart(os.Getpid())
	f := &folder{path: path, account: acc, record: ownerRecord{
		Version: ownerVersion,
		Owner:   process{os.Getpid(), start},
		Servers: map[string]process{},
	}}
	if err := f.save(); err != nil {
		return nil, errors.Join(err, f.remove())
	}
	if acc != nil {
		if err := os.Chmod(path, 0o711); err != nil {
			return nil, errors.Join(err, f.remove())
		}
	}
	return f, nil
}

// sub makes a folder that only the servers' account can open.
func (f *folder) sub(name string) (string, error) {
	path := filepath.Join(f.path, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		return "", err
	}
	return path, f.account.own(path)
}

// writeSecret replaces a file that only the servers' account can read.
func (f *folder) writeSecret(path, content string) error {
	temp := path + ".new"
	if err := os.WriteFile(temp, []byte(content), 0o600); err != nil {
		return err
	}
	if err := f.account.own(temp); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// setServer records that the named server runs as p, or no longer runs (nil).
func (f *folder) setServer(name string, p *process) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p == nil {
		delete(f.record.Servers, name)
	} else {
		f.record.Servers[name] = *p
	}
	return f.save()
}

// save writes owner.json whole or not at all.
func (f *folder) save() error {
	data, err := json.Marshal(f.record)
	if err != nil {
		return err
	}
	path := filepath.Join(f.path, ownerFile)
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (f *folder) remove() error { return os.RemoveAll(f.path) }

// randomPassword is 128 random bits as text that needs no quoting anywhere.
func randomPassword() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
