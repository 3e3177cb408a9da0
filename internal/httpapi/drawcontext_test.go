package httpapi

import (
	"testing"
	"unsafe"
)

// TestLayouts pins what the two orders of the same three fields cost: claims
// about padding are claims about these numbers.
func TestLayouts(t *testing.T) {
	var narrow narrowContext
	var wide wideContext
	for _, c := range []struct {
		what      string
		got, want uintptr
	}{
		{"narrow size", unsafe.Sizeof(narrow), 16},
		{"narrow started", unsafe.Offsetof(narrow.started), 0},
		{"narrow status", unsafe.Offsetof(narrow.status), 8},
		{"narrow settled", unsafe.Offsetof(narrow.settled), 12},
		{"wide size", unsafe.Sizeof(wide), 24},
		{"wide status", unsafe.Offsetof(wide.status), 0},
		{"wide started", unsafe.Offsetof(wide.started), 8},
		{"wide settled", unsafe.Offsetof(wide.settled), 16},
		{"payload", unsafe.Sizeof(narrow.started) + unsafe.Sizeof(narrow.status) + unsafe.Sizeof(narrow.settled), 13},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d bytes; want %d", c.what, c.got, c.want)
		}
	}
}

// TestGivenBackIsEmpty keeps hold of what goes into a pool: it must be empty
// there already, not only once it is taken out again.
func TestGivenBackIsEmpty(t *testing.T) {
	for _, l := range []Layout{Narrow, Wide} {
		rec := l.newRecord()
		f := rec.fields()
		*f.started, *f.status, *f.settled = 42, 200, true
		PooledContexts(l).(*pooledContexts).give(rec)
		if *f.started != 0 || *f.status != 0 || *f.settled {
			t.Errorf("layout %d: the pool was given %d, %d, %v", l, *f.started, *f.status, *f.settled)
		}
	}
	var pool bufferPool
	b := pool.take()
	b.in, b.out = append(b.in, "asked"...), append(b.out, "answered"...)
	pool.give(b)
	if len(b.in) != 0 || len(b.out) != 0 {
		t.Errorf("the pool was given %q and %q", b.in, b.out)
	}
	if got := pool.take(); len(got.in) != 0 || cap(got.in) != MaxDrawBody+1 {
		t.Errorf("buffers from the pool hold %d bytes and have room for %d", len(got.in), cap(got.in))
	}
}
