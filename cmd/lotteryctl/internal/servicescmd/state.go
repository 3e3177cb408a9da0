package servicescmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// stateVersion is the format version of the state file and of --json.
const stateVersion = 1

// serviceState says where running services are. It holds passwords: its file
// is readable by its owner only.
type serviceState struct {
	Version  int    `json:"version"`
	PID      int    `json:"pid"`      // of the keeper, the process that holds the services
	Redis    string `json:"redis"`    // redis://...
	Postgres string `json:"postgres"` // postgres://...
}

// stateFile is the folder in which a keeper tells other commands about itself:
//
//	services.lock  locked (flock) exactly as long as a keeper lives
//	services.json  the serviceState, written when the services are up
//
// The kernel drops the lock when its holder dies, so a state file without a
// lock is stale, and the process id in one with a lock belongs to the keeper
// and to nobody who got the number later.
type stateFile struct {
	dir  string
	ours bool // the default folder, which is removed when it is no longer needed
}

// openStateDir names the folder, by default one per user, and refuses one that
// another user could have prepared for us. It is made when first needed.
func openStateDir(dir string) (stateFile, error) {
	if dir == "" {
		dir = defaultStateDir()
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return stateFile{}, err
	}
	ours := dir == filepath.Clean(defaultStateDir())
	info, err := os.Lstat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return stateFile{dir, ours}, nil
	}
	if err != nil {
		return stateFile{}, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode()&0o022 != 0 {
		return stateFile{}, fmt.Errorf("the state folder %s must be a folder that you own and that only you can write to; choose another with --state-dir", dir)
	}
	return stateFile{dir, ours}, nil
}

// make makes the folder if it is not there.
func (s stateFile) make() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("making the state folder: %w", err)
	}
	return nil
}

func defaultStateDir() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "lotteryctl")
	}
	return filepath.Join(os.TempDir(), "lotteryctl-"+strconv.Itoa(os.Geteuid()))
}

func (s stateFile) jsonPath() string { return filepath.Join(s.dir, "services.json") }
func (s stateFile) lockPath() string { return filepath.Join(s.dir, "services.lock") }

// Both are constant; a keeper lives in either case.
var (
	errLocked  = errors.New("services are already running or starting; see `lotteryctl services status`")
	errChanges = errors.New("services are starting or stopping; try again in a moment")
)

// lock makes the caller the keeper until it dies or calls release, which also
// removes every trace of it, and deletes the state of an earlier keeper. It
// tries for a second, because a command that only looks holds the lock for a
// moment too.
func (s stateFile) lock() (release func(), err error) {
	if err := s.make(); err != nil {
		return nil, err
	}
	for range 50 {
		file, err := s.tryLock()
		if err != nil {
			return nil, err
		}
		if file != nil {
			release = func() { s.tidy(); file.Close() }
			return release, s.remove()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, errLocked
}

// tryLock returns the locked file, or nil if somebody else has it. A keeper
// that ends removes the file while others may have it open: a lock on a file
// that is no longer the one of that name keeps nobody out and does not count.
func (s stateFile) tryLock() (*os.File, error) {
	file, err := os.OpenFile(s.lockPath(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		opened, errOpened := file.Stat()
		named, errNamed := os.Stat(s.lockPath())
		if errOpened == nil && errNamed == nil && os.SameFile(opened, named) {
			return file, nil
		}
	}
	return nil, file.Close()
}

// tidy removes all files, and the folder if it is the default one and empty.
// Files that are not there are no matter.
func (s stateFile) tidy() {
	for _, path := range []string{s.jsonPath(), s.lockPath()} {
		os.Remove(path)
	}
	if s.ours {
		os.Remove(s.dir)
	}
}

// locked reports whether a keeper lives. It asks for a shared lock, so that
// two who ask at once do not take each other for a keeper.
func (s stateFile) locked() bool {
	file, err := os.Open(s.lockPath())
	if err != nil {
		return false
	}
	defer file.Close()
	return syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}

// read returns the state of running services, or nil when none are up. What a
// dead keeper left is not believed. errChanges: there is a keeper without state.
func (s stateFile) read() (*serviceState, error) {
	if !s.locked() {
		return nil, nil
	}
	data, err := os.ReadFile(s.jsonPath())
	if errors.Is(err, os.ErrNotExist) {
		return nil, errChanges
	}
	if err != nil {
		return nil, err
	}
	state, err := parseState(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; stop the process that holds services.lock", s.jsonPath(), err)
	}
	return state, nil
}

// parseState reads the content of a state file.
func parseState(data []byte) (*serviceState, error) {
	var state serviceState
	if err := json.Unmarshal(data, &state); err != nil {
		return nil, fmt.Errorf("not a state file: %w", err)
	}
	if state.Version != stateVersion {
		return nil, fmt.Errorf("the state file has version %d, but this program reads version %d", state.Version, stateVersion)
	}
	if state.PID <= 1 { // kill takes 0 and -1 for whole groups of processes
		return nil, fmt.Errorf("the state has the process id %d", state.PID)
	}
	return &state, nil
}

// write replaces the state file whole.
func (s stateFile) write(state *serviceState) error {
	data, err := json.Marshal(state)
	if err != nil {
		return err
	}
	temp := s.jsonPath() + ".new"
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, s.jsonPath())
}

// remove deletes the state file if there is one.
func (s stateFile) remove() error {
	if err := os.Remove(s.jsonPath()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// writeStateJSON is the --json output: {"version":1,"up":false}, or with "up"
// true also pid, redis and postgres.
func writeStateJSON(w io.Writer, state *serviceState) error {
	type answer struct {
		Version  int    `json:"version"`
		Up       bool   `json:"up"`
		PID      int    `json:"pid,omitempty"`
		Redis    string `json:"redis,omitempty"`
		Postgres string `json:"postgres,omitempty"`
	}
	a := answer{Version: stateVersion}
	if state != nil {
		a = answer{stateVersion, true, state.PID, state.Redis, state.Postgres}
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(a)
}
