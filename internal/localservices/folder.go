package localservices

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// folder is the private folder of one Services.
//
// It belongs to us and is closed to others; run as root it may be passed
// through (0711) so that the servers reach their own subfolders, each 0700 and
// theirs. So only we can write owner.json, which a sweep as root trusts.
type folder struct {
	path    string
	data    string   // where the data folders are: path, or somewhere else
	subs    []string // the data folders that were made
	account *account

	mu     sync.Mutex // guards record
	record ownerRecord
}

// newFolder sweeps parent and makes a folder in it, owner record included. Data
// folders are made in data if that is not empty.
func newFolder(parent, data string, acc *account) (*folder, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	if err := acc.canEnter(parent); err != nil {
		return nil, err
	}
	if data != "" {
		if err := acc.canEnter(data); err != nil {
			return nil, err
		}
	}
	sweep(parent)
	path, err := os.MkdirTemp(parent, folderPrefix)
	if err != nil {
		return nil, fmt.Errorf("localservices: making the private folder: %w", err)
	}
	start, _ := processStart(os.Getpid())
	f := &folder{path: path, data: cmp.Or(data, path), account: acc, record: ownerRecord{
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
	path := filepath.Join(f.data, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		return "", err
	}
	f.subs = append(f.subs, path)
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

func (f *folder) remove() error {
	var errs []error
	for _, path := range append(f.subs, f.path) {
		errs = append(errs, os.RemoveAll(path))
	}
	return errors.Join(errs...)
}

// randomPassword is 128 random bits as text that needs no quoting anywhere.
func randomPassword() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails, see crypto/rand
	return hex.EncodeToString(b)
}
