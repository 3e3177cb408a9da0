package httpapi

import (
	"net/http"
	"sync"
)

// AllocatedContexts makes everything anew for each request and leaves it to the
// garbage collector.
func AllocatedContexts(l Layout) Contexts { return allocatedContexts{l} }

type allocatedContexts struct{ layout Layout }

func (a allocatedContexts) serve(p *public, op operation, w http.ResponseWriter, r *http.Request) {
	p.handle(w, r, op, new(buffers), a.layout.newRecord().fields())
}

// PooledContexts keeps DrawContexts in a sync.Pool and allocates the buffers,
// as the article has it: it pools the small struct and not the large ones.
func PooledContexts(l Layout) Contexts {
	return &pooledContexts{records: sync.Pool{New: func() any { return l.newRecord() }}}
}

type pooledContexts struct{ records sync.Pool } // of record

func (c *pooledContexts) serve(p *public, op operation, w http.ResponseWriter, r *http.Request) {
	rec := c.records.Get().(record)
	p.handle(w, r, op, new(buffers), rec.fields())
	c.give(rec)
}

// give resets before the pool and not after it: what lies in the pool holds
// nothing of a request that is over.
func (c *pooledContexts) give(rec record) {
	rec.reset()
	c.records.Put(rec)
}

// StackContexts pools what has to be on the heap, the buffers, which net/http
// is handed, and keeps the DrawContext, which nobody is, on the stack. It is
// the default.
func StackContexts(l Layout) Contexts {
	if l == Wide {
		return new(wideOnStack)
	}
	return new(narrowOnStack)
}

// The two are one text, written twice: a struct that is chosen at run time, or
// by a type parameter, would escape to the heap.

type narrowOnStack struct{ buffers bufferPool }

func (s *narrowOnStack) serve(p *public, op operation, w http.ResponseWriter, r *http.Request) {
	b := s.buffers.take()
	var c narrowContext
	p.handle(w, r, op, b, c.fields())
	s.buffers.give(b)
}

type wideOnStack struct{ buffers bufferPool }

func (s *wideOnStack) serve(p *public, op operation, w http.ResponseWriter, r *http.Request) {
	b := s.buffers.take()
	var c wideContext
	p.handle(w, r, op, b, c.fields())
	s.buffers.give(b)
}

// bufferPool lends buffers. The zero value is ready.
type bufferPool struct{ pool sync.Pool } // of *buffers

func (p *bufferPool) take() *buffers {
	if b, ok := p.pool.Get().(*buffers); ok {
		return b
	}
	return newRoomyBuffers()
}

func (p *bufferPool) give(b *buffers) {
	b.reset()
	p.pool.Put(b)
}
