//go:build linux

package fusemount_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/powerloss"
	"github.com/lotteryctl/lotteryctl/internal/powerloss/fusemount"
)

// TestMain lets the test binary be the process of a disk.
func TestMain(m *testing.M) {
	if os.Getenv("FUSEMOUNT_TEST_SERVE") != "" {
		if err := fusemount.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// mount gives a disk and the folder where it is mounted.
func mount(t *testing.T, opt powerloss.Options) (*fusemount.Mounted, string) {
	t.Helper()
	dir := t.TempDir()
	disk := exec.Command(os.Args[0])
	disk.Env = append(os.Environ(), "FUSEMOUNT_TEST_SERVE=1")
	m, err := fusemount.Start(disk, dir, opt)
	if errors.Is(err, fusemount.ErrNoFUSE) && os.Getenv("LOTTERYCTL_NO_FUSE") != "" {
		t.Skipf("LOTTERYCTL_NO_FUSE is set, and indeed: %v", err)
	}
	if err != nil {
		t.Fatalf("%v; run as root where /dev/fuse is, install fusermount3, or set LOTTERYCTL_NO_FUSE=1 to leave out what needs a mount", err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m, dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lose takes the power away while no process uses the disk.
func lose(t *testing.T, m *fusemount.Mounted) powerloss.Loss {
	t.Helper()
	must(t, m.PowerOff())
	loss, err := m.Lose(1, powerloss.Nothing)
	must(t, err)
	return loss
}

// write writes a file, with more flags for open than O_WRONLY and O_CREATE, and
// closes it without a sync.
func write(t *testing.T, path, text string, flags int, then func(*os.File) error) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flags, 0o644)
	must(t, err)
	_, err = f.WriteString(text)
	must(t, err)
	if then != nil {
		must(t, then(f))
	}
	must(t, f.Close())
}

func TestSyncedStaysAndTheRestIsGone(t *testing.T) {
	m, dir := mount(t, powerloss.Options{})
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("plain"), "x", 0, nil)
	write(t, at("fsync"), "x", 0, (*os.File).Sync)
	write(t, at("fdatasync"), "x", 0, func(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) })
	write(t, at("O_SYNC"), "x", syscall.O_SYNC, nil)
	write(t, at("O_DSYNC"), "x", syscall.O_DSYNC, nil)
	write(t, at("sync_file_range"), "x", 0, func(f *os.File) error { return syscall.SyncFileRange(int(f.Fd()), 0, 1, 7) })
	write(t, at("renamed"), "x", 0, (*os.File).Sync)
	must(t, os.Rename(at("renamed"), at("renamed-2")))
	must(t, os.Mkdir(at("folder"), 0o755))
	write(t, at("folder/renamed"), "x", 0, (*os.File).Sync)
	must(t, os.Rename(at("folder/renamed"), at("folder/renamed-2")))
	folder, err := os.Open(at("folder"))
	must(t, err)
	must(t, folder.Sync())
	must(t, folder.Close())
	loss := lose(t, m)
	want := map[string]string{"fsync": "x", "fdatasync": "x", "O_SYNC": "x", "O_DSYNC": "x",
		"renamed": "x", "folder": "/", "folder/renamed-2": "x"}
	if got := tree(t, dir); !maps.Equal(got, want) {
		t.Errorf("left: %q\nwant: %q", got, want)
	}
	if loss.Gone != 2 {
		t.Errorf("%+v; want 2 files gone", loss)
	}
	counts, err := m.Counts()
	must(t, err)
	if counts.Syncs != 6 || counts.Folders != 1 {
		t.Errorf("%+v; want 6 syncs of files and 1 of a folder", counts)
	}
}

// TestProgramsThatAreKilled: while the power is off, a program that writes hangs
// and does not see an error, whatever signal it gets but SIGKILL. It can be
// killed, and what it was about to write is not on the disk.
func TestProgramsThatAreKilled(t *testing.T) {
	m, dir := mount(t, powerloss.Options{})
	path := filepath.Join(dir, "f")
	program := exec.Command("/bin/sh", "-c", `trap 'echo signal' USR1; while echo x >>"$0"; do echo wrote; done; echo failed`, path)
	out, err := program.StdoutPipe()
	must(t, err)
	must(t, program.Start())
	lines := bufio.NewReader(out)
	for range 10 {
		_, err := lines.ReadString('\n')
		must(t, err)
	}
	must(t, m.PowerOff())
	must(t, program.Process.Signal(syscall.SIGUSR1))
	time.Sleep(100 * time.Millisecond) // for the signal to be noticed; too short only hides a fault
	must(t, program.Process.Kill())
	said := ""
	for {
		line, err := lines.ReadString('\n')
		said += line
		if err != nil {
			break
		}
	}
	if err := program.Wait(); err == nil || strings.Contains(said, "failed") {
		t.Errorf("the program ended with %v and said %q; want it killed without a word of a failure", err, said)
	}
	_, err = m.Lose(1, powerloss.Everything)
	must(t, err)
	left := tree(t, dir)["f"]
	time.Sleep(50 * time.Millisecond)
	if later := tree(t, dir)["f"]; later != left || strings.Trim(left, "x\n") != "" {
		t.Errorf("the file had %d bytes after the loss, and %d later", len(left), len(later))
	}
}

// TestLikeTheMachine does the same work by the calls that programs use, here and
// in a folder of the machine.
func TestLikeTheMachine(t *testing.T) {
	m, dir := mount(t, powerloss.Options{})
	plain := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 250 {
		name, other := fmt.Sprintf("d%d/f%d", rng.IntN(3), rng.IntN(4)), fmt.Sprintf("d%d/f%d", rng.IntN(3), rng.IntN(4))
		folder := fmt.Sprintf("d%d", rng.IntN(3))
		data, offset := []byte(strings.Repeat(fmt.Sprint(i%10), 1+rng.IntN(60_000))), int64(rng.IntN(100_000))
		calls := []func(dir string) error{
			func(dir string) error { return os.Mkdir(filepath.Join(dir, folder), 0o755) },
			func(dir string) error { return os.WriteFile(filepath.Join(dir, name), data, 0o600) },
			func(dir string) error { return os.Rename(filepath.Join(dir, name), filepath.Join(dir, other)) },
			func(dir string) error { return os.Link(filepath.Join(dir, name), filepath.Join(dir, other)) },
			func(dir string) error { return os.Truncate(filepath.Join(dir, name), offset) },
			func(dir string) error { return syscall.Unlink(filepath.Join(dir, name)) },
			func(dir string) error { return appendTo(filepath.Join(dir, name), data, offset) },
			func(dir string) error {
				if i%40 != 0 {
					return nil
				}
				return os.RemoveAll(filepath.Join(dir, folder))
			},
		}
		call := rng.IntN(len(calls))
		got, want := calls[call](dir), calls[call](plain)
		var gotCode, wantCode syscall.Errno
		errors.As(got, &gotCode)
		errors.As(want, &wantCode)
		if gotCode != wantCode {
			t.Fatalf("call %d of kind %d on %s: got %v, the machine says %v", i, call, name, got, want)
		}
	}
	same := func(when string) {
		t.Helper()
		if got, want := tree(t, dir), tree(t, plain); !maps.Equal(got, want) {
			t.Errorf("%s: the disk has %.300q\nthe machine has %.300q", when, got, want)
		}
	}
	same("after the work")
	must(t, m.SyncAll())
	lose(t, m)
	same("after everything was synced, and the power was lost")
}

// appendTo writes at the end, allocates, and writes into a part that is mapped
// or not there.
func appendTo(path string, data []byte, offset int64) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return syscall.Fallocate(int(f.Fd()), 0, offset, 1000)
}

// TestNothingIsLeftWhenTheOwnerCloses: neither mount nor process, also if the
// power is off and a program hangs.
func TestNothingIsLeftWhenTheOwnerCloses(t *testing.T) {
	m, dir := mount(t, powerloss.Options{})
	program := exec.Command("/bin/sh", "-c", `exec 3>"$0"; echo ready; read go; echo x >&3`, filepath.Join(dir, "f"))
	out, err := program.StdoutPipe()
	must(t, err)
	in, err := program.StdinPipe()
	must(t, err)
	must(t, program.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	must(t, err)
	must(t, m.PowerOff())
	_, err = in.Write([]byte("go\n"))
	must(t, err)
	must(t, m.Close())
	if err := program.Wait(); err == nil {
		t.Error("a program wrote to a disk that was off")
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	must(t, err)
	if strings.Contains(string(mounts), dir) {
		t.Error("the folder is still mounted")
	}
}

func TestNoMountIsSaidClearly(t *testing.T) {
	disk := exec.Command(os.Args[0])
	disk.Env = append(os.Environ(), "FUSEMOUNT_TEST_SERVE=1")
	_, err := fusemount.Start(disk, filepath.Join(t.TempDir(), "is-not-there"), powerloss.Options{})
	if !errors.Is(err, fusemount.ErrNoFUSE) || !strings.Contains(err.Error(), "does not allow FUSE mounts") {
		t.Errorf("got %v, want ErrNoFUSE", err)
	}
}

// tree has the content of each file and "/" for each folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if e.IsDir() {
			all[name] = "/"
			return nil
		}
		text, err := os.ReadFile(path)
		all[name] = string(text)
		return err
	}))
	return all
}
