//go:build linux

package fusemount

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
)

// Mounted is a disk that another process serves. Methods may be called
// concurrently; each waits for the one before.
type Mounted struct {
	folder string
	cmd    *exec.Cmd
	to     io.WriteCloser

	mu      sync.Mutex // an order and its answer belong together
	orders  *json.Encoder
	answers *json.Decoder
	closed  bool
}

// Start starts command, which must call [Serve], and has it mount a new disk at
// folder, which must exist. The error is [ErrNoFUSE] on a machine that cannot.
// The caller owns the result and must close it; if it dies first, the disk is
// unmounted too.
func Start(command *exec.Cmd, folder string, opt powerloss.Options) (*Mounted, error) {
	to, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	from, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if command.Stderr == nil {
		command.Stderr = os.Stderr
	}
	// A Ctrl-C of the terminal is for us: the disk goes last.
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("fusemount: %w", err)
	}
	m := &Mounted{folder: folder, cmd: command, to: to, orders: json.NewEncoder(to), answers: json.NewDecoder(from)}
	if _, err := m.ask(order{Do: "mount", Folder: folder, Options: opt}); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

func (m *Mounted) ask(o order) (answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var a answer
	if err := m.orders.Encode(o); err != nil {
		return a, fmt.Errorf("fusemount: the process of the disk is gone: %w", err)
	}
	if err := m.answers.Decode(&a); err != nil {
		return a, fmt.Errorf("fusemount: the process of the disk is gone: %w", err)
	}
	switch {
	case a.NoFUSE:
		return a, fmt.Errorf("%w: %s", ErrNoFUSE, strings.TrimPrefix(a.Error, ErrNoFUSE.Error()+": "))
	case a.Error != "":
		return a, fmt.Errorf("fusemount: %s", a.Error)
	}
	return a, nil
}

// PowerOff is [powerloss.Disk.PowerOff]: from its return on nothing changes.
func (m *Mounted) PowerOff() error {
	_, err := m.ask(order{Do: "off"})
	return err
}

// Lose is [powerloss.Disk.Lose]. Files that are still open belong to the past:
// every call on them fails.
func (m *Mounted) Lose(seed uint64, s powerloss.Survival) (powerloss.Loss, error) {
	a, err := m.ask(order{Do: "lose", Seed: seed, Survival: s})
	return a.Loss, err
}

// SyncAll is [powerloss.Disk.SyncAll].
func (m *Mounted) SyncAll() error {
	_, err := m.ask(order{Do: "sync"})
	return err
}

// Lie is [powerloss.Disk.Lie].
func (m *Mounted) Lie(lies bool) error {
	_, err := m.ask(order{Do: "lie", Lie: lies})
	return err
}

// Counts is [powerloss.Disk.Counts].
func (m *Mounted) Counts() (powerloss.Counts, error) {
	a, err := m.ask(order{Do: "count"})
	return a.Counts, err
}

// closing is how long the process of a disk may take to end.
const closing = 10 * time.Second

// Close unmounts and ends the process. What the disk had is gone. A second call
// does nothing.
func (m *Mounted) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	m.to.Close()
	hurry := time.AfterFunc(closing, func() { m.cmd.Process.Kill() })
	err := m.cmd.Wait()
	if !hurry.Stop() { // it was killed, so its mount is still there
		err = errors.Join(err, syscall.Unmount(m.folder, syscall.MNT_DETACH))
	}
	return err
}
