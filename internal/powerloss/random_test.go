package powerloss

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// code is the errno of an error of either file system, 0 for none.
func code(err error) syscall.Errno {
	var c syscall.Errno
	errors.As(err, &c)
	return c
}

// osTree is what user.tree is, of a real folder.
func osTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch {
		case e.IsDir():
			all[name] = "/"
		case e.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			all[name] = "-> " + target
			return err
		default:
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			all[name] = string(text)
			var s syscall.Stat_t
			if err := syscall.Stat(path, &s); err != nil {
				return err
			}
			if s.Nlink != 1 {
				all[name] += fmt.Sprintf(" (%d names)", s.Nlink)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestLikeAnyFileSystem does the same random work on a disk and in a folder of
// the machine's file system: the same calls must fail in the same way, and the
// same content must be there, also after a clean unmount and a loss of power.
func TestLikeAnyFileSystem(t *testing.T) {
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 1))
		u := newUser(t, Options{})
		dir := t.TempDir()
		for range 600 {
			what, got, want := randomCall(rng, u, dir)
			if code(got) != code(want) {
				t.Fatalf("seed %d: %s: got %v, the machine says %v", seed, what, got, want)
			}
		}
		compare := func(when string) {
			t.Helper()
			if got, want := u.tree(), osTree(t, dir); !maps.Equal(got, want) {
				t.Fatalf("seed %d, %s: the disk has %.600q\nthe machine has %.600q", seed, when, got, want)
			}
		}
		compare("after the work")
		u.lose(seed, Everything)
		compare("after a loss that everything survives")
		for range 200 {
			randomCall(rng, u, dir)
		}
		u.ok(u.SyncAll())
		u.lose(seed, Nothing)
		compare("after an unmount and a loss")
	}
}

// randomCall does one call on both. Files are named f0 to f4, folders d0 to d2,
// in the root or in a folder.
func randomCall(rng *rand.Rand, u user, dir string) (what string, got, want error) {
	name := func(kind string, n int) (Node, string, string) {
		base := fmt.Sprint(kind, rng.IntN(n))
		if parent := fmt.Sprint("d", rng.IntN(3)); rng.IntN(2) == 0 {
			if p, a, err := u.Lookup(Root, parent); err == nil && a.Mode&syscall.S_IFMT == syscall.S_IFDIR {
				return p, base, filepath.Join(dir, parent, base)
			}
		}
		return Root, base, filepath.Join(dir, base)
	}
	p, base, path := name("f", 5)
	n, _, err := u.Lookup(p, base)
	offset, data := int64(rng.IntN(20_000)), []byte(strings.Repeat(string(rune('a'+rng.IntN(26))), 1+rng.IntN(9000)))
	open := func(flag int, do func(f *os.File) error) error {
		f, err := os.OpenFile(path, flag, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		return do(f)
	}
	switch rng.IntN(13) {
	case 0, 1:
		_, _, got := u.Make(p, base, syscall.S_IFREG|0o644, 0, 0, "")
		return "create " + path, got, open(os.O_CREATE|os.O_EXCL|os.O_RDWR, func(*os.File) error { return nil })
	case 2, 3, 4:
		if err == nil {
			err = u.Write(n, data, offset, false)
		}
		return "write " + path, err, open(os.O_WRONLY, func(f *os.File) error { _, err := f.WriteAt(data, offset); return err })
	case 5:
		if err == nil {
			err = u.Write(n, data, 0, true)
		}
		return "append to " + path, err, open(os.O_WRONLY|os.O_APPEND, func(f *os.File) error { _, err := f.Write(data); return err })
	case 6:
		if err == nil {
			_, err = u.Update(n, Update{Size: &offset})
		}
		return "truncate " + path, err, os.Truncate(path, offset)
	case 7:
		if err == nil {
			err = u.Allocate(n, offset, int64(len(data)), false)
		}
		return "allocate " + path, err, open(os.O_RDWR, func(f *os.File) error {
			s, err := f.Stat()
			if err == nil && s.Size() < offset+int64(len(data)) {
				err = f.Truncate(offset + int64(len(data)))
			}
			return err
		})
	case 8:
		if err == nil {
			err = u.Sync(n) // must not change what is seen
		}
		return "sync " + path, err, open(os.O_RDWR, func(*os.File) error { return nil })
	case 9:
		p, base, path := name("d", 3)
		_, _, got := u.Make(p, base, syscall.S_IFDIR|0o755, 0, 0, "")
		return "mkdir " + path, got, syscall.Mkdir(path, 0o755)
	case 10:
		if rng.IntN(3) == 0 {
			p, base, path := name("d", 3)
			return "rmdir " + path, u.Remove(p, base, true), syscall.Rmdir(path)
		}
		return "remove " + path, u.Remove(p, base, false), syscall.Unlink(path)
	case 11:
		kind, number := "f", 5
		if rng.IntN(4) == 0 {
			kind, number = "d", 3
		}
		p1, base1, path1 := name(kind, number)
		p2, base2, path2 := name(kind, number)
		return "rename " + path1 + " " + path2, u.Rename(p1, base1, p2, base2, false), syscall.Rename(path1, path2)
	default:
		p2, base2, path2 := name("f", 5)
		if err == nil && rng.IntN(2) == 0 {
			return "link " + path + " " + path2, first(u.Link(n, p2, base2)), syscall.Link(path, path2)
		}
		p, base, path := name("s", 2)
		_, _, got := u.Make(p, base, syscall.S_IFLNK|0o777, 0, 0, "nowhere")
		return "symlink " + path, got, syscall.Symlink("nowhere", path)
	}
}

// TestSafeIsWhatWasSynced compares losses with a model that copies a file when
// it is synced.
func TestSafeIsWhatWasSynced(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 2))
		u := newUser(t, Options{})
		now, safe := map[string]string{}, map[string]string{}
		for i := range 3 {
			name := fmt.Sprint("f", i)
			u.write(name, "", 0)
			now[name] = ""
		}
		u.sync("")
		maps.Copy(safe, now)
		for range rng.IntN(60) {
			name := fmt.Sprint("f", rng.IntN(3))
			n := u.find(name)
			switch rng.IntN(4) {
			case 0:
				u.sync(name)
				safe[name] = now[name]
			case 1:
				size := int64(rng.IntN(3 * pageSize))
				_, err := u.Update(n, Update{Size: &size})
				u.ok(err)
				now[name] = (now[name] + strings.Repeat("\x00", 3*pageSize))[:max(size, 0)]
			default:
				text, offset := strings.Repeat(string(rune('a'+rng.IntN(26))), 1+rng.IntN(2*pageSize)), rng.IntN(2*pageSize)
				u.ok(u.Write(n, []byte(text), int64(offset), false))
				padded := now[name] + strings.Repeat("\x00", max(0, offset+len(text)-len(now[name])))
				now[name] = padded[:offset] + text + padded[offset+len(text):]
			}
		}
		if got := u.tree(); !maps.Equal(got, now) {
			t.Fatalf("seed %d: before the loss the disk is not what was written", seed)
		}
		u.lose(seed, Nothing)
		if got := u.tree(); !maps.Equal(got, safe) {
			t.Fatalf("seed %d: after the loss the disk is not what was synced", seed)
		}
	}
}
