package powerloss

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// user uses a disk by paths and fails the test on any error.
type user struct {
	*Disk
	t *testing.T
}

func newUser(t *testing.T, opt Options) user { return user{New(opt, 0o755, 0, 0), t} }

func (u user) ok(err error) {
	u.t.Helper()
	if err != nil {
		u.t.Fatal(err)
	}
}

// find walks down a path such as "a/b"; "" is the root.
func (u user) find(path string) Node {
	u.t.Helper()
	n := Root
	for name := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' }) {
		next, _, err := u.Lookup(n, name)
		if err != nil {
			u.t.Fatalf("%s: %v", path, err)
		}
		n = next
	}
	return n
}

// in splits a path into its folder and its last name.
func (u user) in(path string) (Node, string) {
	u.t.Helper()
	i := strings.LastIndexByte(path, '/')
	return u.find(path[:max(i, 0)]), path[i+1:]
}

func (u user) mkdir(path string) {
	u.t.Helper()
	parent, name := u.in(path)
	_, _, err := u.Make(parent, name, syscall.S_IFDIR|0o755, 0, 0, "")
	u.ok(err)
}

func (u user) write(path, text string, offset int64) {
	u.t.Helper()
	parent, name := u.in(path)
	n, _, err := u.Lookup(parent, name)
	if errors.Is(err, syscall.ENOENT) {
		n, _, err = u.Make(parent, name, syscall.S_IFREG|0o644, 0, 0, "")
	}
	u.ok(err)
	u.ok(u.Write(n, []byte(text), offset, false))
}

func (u user) sync(path string) { u.t.Helper(); u.ok(u.Sync(u.find(path))) }

func (u user) rename(old, new string) {
	u.t.Helper()
	from, oldName := u.in(old)
	to, newName := u.in(new)
	u.ok(u.Rename(from, oldName, to, newName, false))
}

func (u user) remove(path string) {
	u.t.Helper()
	parent, name := u.in(path)
	u.ok(u.Remove(parent, name, false))
}

func (u user) lose(seed uint64, s Survival) Loss {
	u.PowerOff()
	return u.Lose(seed, s)
}

// tree has the content of each file and "/" for each folder, by path.
func (u user) tree() map[string]string {
	u.t.Helper()
	all := map[string]string{}
	var walk func(n Node, path string)
	walk = func(n Node, path string) {
		list, err := u.List(n)
		u.ok(err)
		for _, e := range list {
			a, err := u.Attributes(e.Node)
			u.ok(err)
			switch e.Mode & syscall.S_IFMT {
			case syscall.S_IFDIR:
				all[path+e.Name] = "/"
				walk(e.Node, path+e.Name+"/")
			case syscall.S_IFLNK:
				target, err := u.Target(e.Node)
				u.ok(err)
				all[path+e.Name] = "-> " + target
			default:
				text := make([]byte, a.Size+1)
				size, err := u.Read(e.Node, text, 0)
				u.ok(err)
				all[path+e.Name] = string(text[:size])
				if a.Links != 1 {
					all[path+e.Name] += fmt.Sprintf(" (%d names)", a.Links)
				}
			}
		}
	}
	walk(Root, "")
	return all
}

func (u user) mustBe(want map[string]string) {
	u.t.Helper()
	if got := u.tree(); !maps.Equal(got, want) {
		u.t.Errorf("the disk has %.300q\nwant %.300q", got, want)
	}
}

func TestContentNeedsASync(t *testing.T) {
	u := newUser(t, Options{})
	u.write("old", "synced", 0)
	u.sync("old")
	u.write("old", "CHANGED AND LONGER", 0)
	u.write("new", "never synced", 0)
	if loss := u.lose(1, Nothing); loss.Files != 2 || loss.Gone != 1 || loss.Changes != 1 || loss.Sectors != 2 {
		t.Errorf("got %+v, want 2 files of which 1 is gone, 1 change to a folder, 2 sectors", loss)
	}
	u.mustBe(map[string]string{"old": "synced"})
	u.write("old", "after", 0) // the power is on again
	u.sync("old")
	u.write("old", "x", 100)
	u.lose(1, Nothing)
	u.mustBe(map[string]string{"old": "afterd"})
}

// TestNamesNeedASync has a case for each rule of the package documentation.
func TestNamesNeedASync(t *testing.T) {
	for name, c := range map[string]struct {
		opt  Options
		do   func(u user)
		want map[string]string
	}{
		"a new file with its own sync":          {Options{}, func(u user) { u.write("f", "x", 0); u.sync("f") }, map[string]string{"f": "x"}},
		"the same, but names need the folder":   {Options{EntryNeedsFolder: true}, func(u user) { u.write("f", "x", 0); u.sync("f") }, map[string]string{}},
		"the same, with the folder synced":      {Options{EntryNeedsFolder: true}, func(u user) { u.write("f", "x", 0); u.sync("f"); u.sync("") }, map[string]string{"f": "x"}},
		"only the folder: the file is empty":    {Options{}, func(u user) { u.write("f", "x", 0); u.sync("") }, map[string]string{"f": ""}},
		"a file keeps the new folders above it": {Options{}, func(u user) { u.mkdir("a"); u.mkdir("a/b"); u.write("a/b/f", "x", 0); u.sync("a/b/f") }, map[string]string{"a": "/", "a/b": "/", "a/b/f": "x"}},
		"a new folder with its own sync":        {Options{}, func(u user) { u.mkdir("a"); u.write("a/f", "x", 0); u.sync("a") }, map[string]string{"a": "/", "a/f": ""}},
		"a rename without the folder":           {Options{}, func(u user) { u.write("f", "x", 0); u.sync("f"); u.rename("f", "g"); u.sync("g") }, map[string]string{"f": "x"}},
		"a rename with the folder":              {Options{}, func(u user) { u.write("f", "x", 0); u.sync("f"); u.rename("f", "g"); u.sync("") }, map[string]string{"g": "x"}},
		"a rename of what was never synced":     {Options{}, func(u user) { u.write("f", "x", 0); u.rename("f", "g"); u.sync("") }, map[string]string{"g": ""}},
		"a rename to another folder, the old synced": {Options{}, func(u user) {
			u.mkdir("a")
			u.sync("")
			u.write("f", "x", 0)
			u.sync("f")
			u.rename("f", "a/f")
			u.sync("")
		}, map[string]string{"a": "/", "a/f": "x"}},
		"a removal without the folder": {Options{}, func(u user) { u.write("f", "x", 0); u.sync("f"); u.remove("f") }, map[string]string{"f": "x"}},
		"a removal with the folder":    {Options{}, func(u user) { u.write("f", "x", 0); u.sync("f"); u.remove("f"); u.sync("") }, map[string]string{}},
		"removed and made again": {Options{}, func(u user) {
			u.write("f", "x", 0)
			u.sync("f")
			u.remove("f")
			u.write("f", "y", 0)
		}, map[string]string{"f": "x"}},
		"removed and made again, the new one synced": {Options{}, func(u user) {
			u.write("f", "x", 0)
			u.sync("f")
			u.remove("f")
			u.write("f", "y", 0)
			u.sync("f")
		}, map[string]string{"f": "y"}},
		"replaced by a rename, not synced": {Options{}, func(u user) {
			u.write("f", "x", 0)
			u.sync("f")
			u.write("g", "y", 0)
			u.sync("g")
			u.rename("g", "f")
		}, map[string]string{"f": "x", "g": "y"}},
		"everything synced as by an unmount": {Options{EntryNeedsFolder: true}, func(u user) {
			u.mkdir("a")
			u.write("a/f", "x", 0)
			u.rename("a/f", "g")
			u.ok(u.SyncAll())
		}, map[string]string{"a": "/", "g": "x"}},
		"a disk that lies": {Options{}, func(u user) { u.Lie(true); u.write("f", "x", 0); u.sync("f"); u.sync("") }, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUser(t, c.opt)
			c.do(u)
			u.lose(1, Nothing)
			u.mustBe(c.want)
		})
	}
}

// TestWhatSurvives loses the same work with many seeds: a file that is replaced
// by a rename is there with its old or its new content, each sector is old or
// new, and what was appended is a beginning, or has holes if scattered.
func TestWhatSurvives(t *testing.T) {
	const size = 4 * pageSize
	old, fresh := strings.Repeat("o", size), strings.Repeat("n", size)
	seen := map[string]int{}
	for seed := range uint64(150) {
		for _, s := range []Survival{Nothing, Everything, Ordered, Scattered} {
			u := newUser(t, Options{})
			for _, name := range []string{"replaced", "overwritten", "appended"} {
				u.write(name, old, 0)
				u.sync(name)
			}
			u.write("next", fresh, 0)
			u.sync("next")
			u.rename("next", "replaced")
			u.write("overwritten", fresh, 0)
			u.write("appended", fresh, size)
			loss := u.lose(seed, s)
			got := u.tree()

			if r := got["replaced"]; r != old && r != fresh {
				t.Fatalf("%s, seed %d: the replaced file is neither old nor new: %.20q, %d bytes", s, seed, r, len(r))
			} else if _, left := got["next"]; left != (r == old) {
				t.Fatalf("%s, seed %d: the rename survived in part", s, seed)
			} else if r == old {
				seen[string(s)+": rename undone"]++
			} else {
				seen[string(s)+": rename kept"]++
			}
			news := 0
			for sector := range slices.Chunk([]byte(got["overwritten"]), sectorSize) {
				if text := string(sector); text == fresh[:sectorSize] {
					news++
				} else if text != old[:sectorSize] {
					t.Fatalf("%s, seed %d: a sector is neither old nor new: %q", s, seed, text)
				}
			}
			if len(got["overwritten"]) != size {
				t.Fatalf("%s, seed %d: the overwritten file has %d bytes", s, seed, len(got["overwritten"]))
			}
			if torn := news > 0 && news < size/sectorSize; torn {
				seen[string(s)+": torn"]++
			}
			a := got["appended"]
			holes := strings.Count(a, "\x00")
			if !strings.HasPrefix(a, old) || strings.Count(a, "n")+holes != len(a)-size {
				t.Fatalf("%s, seed %d: the appended file has bytes that nobody wrote", s, seed)
			}
			if holes > 0 {
				seen[string(s)+": holes"]++
			}
			if len(a) > size && len(a) < 2*size {
				seen[string(s)+": cut"]++
			}
			if s == Everything && (loss.Sectors > 0 || loss.Changes > 0 || loss.Files > 0) || s == Nothing && (loss.Kept > 0 || loss.Survived > 0) {
				t.Fatalf("%s, seed %d: %+v", s, seed, loss)
			}
		}
	}
	want := []string{"everything: rename kept", "nothing: rename undone",
		"ordered: cut", "ordered: rename kept", "ordered: rename undone", "ordered: torn",
		"scattered: cut", "scattered: holes", "scattered: rename kept", "scattered: rename undone", "scattered: torn"}
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
		t.Errorf("seen: %q\nwant  %q (%v)", got, want, seen)
	}
}

// TestCutFiles: a file that was cut and not synced has its old length and its old
// content, or is cut. What was cut off does not come back when the file grows
// again. The sectors are counted.
func TestCutFiles(t *testing.T) {
	const size, cut = 3*pageSize - 100, pageSize + 700
	seen := map[int64]bool{}
	for seed := range uint64(100) {
		for _, s := range []Survival{Ordered, Scattered} {
			u := newUser(t, Options{})
			u.write("f", strings.Repeat("o", size), 0)
			u.sync("f")
			length := int64(cut)
			_, err := u.Update(u.find("f"), Update{Size: &length})
			u.ok(err)
			u.lose(seed, s)
			left := u.tree()["f"]
			if n := len(left); n != size && n != cut || strings.Trim(left, "o") != "" {
				t.Fatalf("%s, seed %d: %d bytes are left, with others than were written: %q", s, seed, n, strings.Trim(left, "o"))
			}
			seen[int64(len(left))] = true
			length = 4 * pageSize
			_, err = u.Update(u.find("f"), Update{Size: &length})
			u.ok(err)
			if grown := u.tree()["f"]; strings.TrimRight(grown, "\x00") != left {
				t.Fatalf("%s, seed %d: old content is back", s, seed)
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("lengths seen: %v, want both", seen)
	}
}

// TestGrownFiles: the same of a file that was appended to. A loss counts each
// sector that was not safe once: as kept or as dropped.
func TestGrownFiles(t *testing.T) {
	const old, size = 1000, 5000
	for seed := range uint64(100) {
		for _, s := range []Survival{Ordered, Scattered} {
			u := newUser(t, Options{})
			u.write("f", strings.Repeat("o", old), 0)
			u.sync("f")
			u.write("f", strings.Repeat("n", size-old), old)
			loss := u.lose(seed, s)
			left := u.tree()["f"]
			if got := loss.Sectors + loss.Kept; got != 9 { // sectors 1 to 9, of 0 to 9
				t.Fatalf("%s, seed %d: %+v; want 9 sectors in all", s, seed, loss)
			}
			if end := int64(len(left)+sectorSize-1) / sectorSize; loss.Kept > end-1 || s == Ordered && len(left) > old && loss.Kept != end-1 {
				t.Fatalf("%s, seed %d: %d bytes are left, and %+v", s, seed, len(left), loss)
			}
			length := int64(3 * pageSize)
			_, err := u.Update(u.find("f"), Update{Size: &length})
			u.ok(err)
			if grown := u.tree()["f"]; strings.Trim(grown[len(left):], "\x00") != "" {
				t.Fatalf("%s, seed %d: what was dropped is back", s, seed)
			}
		}
	}
}

// TestOrderedChangesSurviveInOrder: of changes to folders, a later one never
// survives without an earlier one, but for scattered survival.
func TestOrderedChangesSurviveInOrder(t *testing.T) {
	disordered := map[Survival]bool{}
	for seed := range uint64(200) {
		for _, s := range []Survival{Ordered, Scattered} {
			u := newUser(t, Options{})
			for i := range 8 {
				u.write(fmt.Sprint(i), "", 0)
			}
			u.lose(seed, s)
			got := slices.Sorted(maps.Keys(u.tree()))
			for i, name := range got {
				if name != fmt.Sprint(i) {
					disordered[s] = true
				}
			}
		}
	}
	if disordered[Ordered] || !disordered[Scattered] {
		t.Errorf("out of order: %v; want it of scattered survival alone", disordered)
	}
}

func TestSameSeedSameLoss(t *testing.T) {
	run := func(seed uint64) (map[string]string, Loss) {
		u := newUser(t, Options{})
		for i := range 20 {
			u.write(fmt.Sprint(i), strings.Repeat("x", 10_000), 0)
			if i%3 == 0 {
				u.sync(fmt.Sprint(i))
			}
		}
		loss := u.lose(seed, Scattered)
		return u.tree(), loss
	}
	first, loss := run(1)
	again, sameLoss := run(1)
	if !maps.Equal(first, again) || loss != sameLoss {
		t.Errorf("the same seed gave another loss: %+v, then %+v", loss, sameLoss)
	}
	if other, _ := run(2); maps.Equal(first, other) {
		t.Error("another seed gave the same loss")
	}
}

func TestNothingChangesWhileOff(t *testing.T) {
	u := newUser(t, Options{})
	u.write("f", "x", 0)
	f := u.find("f")
	u.ok(u.SyncAll())
	u.PowerOff()
	size := int64(0)
	for name, err := range map[string]error{
		"Write":    u.Write(f, []byte("y"), 0, false),
		"Sync":     u.Sync(f),
		"SyncAll":  u.SyncAll(),
		"Rename":   u.Rename(Root, "f", Root, "g", false),
		"Remove":   u.Remove(Root, "f", false),
		"Allocate": u.Allocate(f, 0, 100, false),
		"Make":     second(u.Make(Root, "h", syscall.S_IFREG, 0, 0, "")),
		"Lookup":   second(u.Lookup(Root, "f")),
		"Update":   first(u.Update(f, Update{Size: &size})),
		"Link":     first(u.Link(f, Root, "h")),
		"Read":     first(u.Read(f, nil, 0)),
		"List":     first(u.List(Root)),
		"Target":   first(u.Target(f)),
	} {
		if !errors.Is(err, ErrOff) {
			t.Errorf("%s: got %v, want ErrOff", name, err)
		}
	}
	u.Lose(1, Nothing)
	u.mustBe(map[string]string{"f": "x"})
}

func first[T any](_ T, err error) error          { return err }
func second[T, U any](_ T, _ U, err error) error { return err }

// TestLossDuringSync: a sync that has not returned promises nothing.
func TestLossDuringSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUser(t, Options{SyncTime: time.Second})
		u.write("f", "before", 0)
		u.sync("f")
		u.write("f", "during", 0)
		synced := make(chan error)
		go func() { synced <- u.Sync(u.find("f")) }()
		time.Sleep(time.Second / 2)
		u.lose(1, Nothing)
		if err := <-synced; !errors.Is(err, ErrOff) {
			t.Errorf("the sync returned %v, want ErrOff", err)
		}
		u.mustBe(map[string]string{"f": "before"})
	})
}

// TestWriteDuringSync: what is written while a sync works is not part of it.
func TestWriteDuringSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUser(t, Options{SyncTime: time.Second})
		u.write("f", "before", 0)
		synced := make(chan error)
		go func() { synced <- u.Sync(u.find("f")) }()
		time.Sleep(time.Second / 2)
		u.write("f", "during", 0)
		u.write("f", "x", 10_000)
		if err := <-synced; err != nil {
			t.Fatal(err)
		}
		u.lose(1, Nothing)
		u.mustBe(map[string]string{"f": "before"})
	})
}

// TestSyncsThatOverlap: a sync that began earlier and ends later takes nothing
// back.
func TestSyncsThatOverlap(t *testing.T) {
	var c content
	c.write([]byte("first"), 0)
	early := c.capture()
	c.write([]byte("second"), pageSize)
	late := c.capture()
	c.keep(late)
	c.keep(early)
	if !c.isSafe() || c.safeSize != pageSize+6 || !bytes.HasPrefix(c.safe[1][:], []byte("second")) {
		t.Errorf("safe: %v, %d bytes", c.isSafe(), c.safeSize)
	}
}
