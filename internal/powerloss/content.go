package powerloss

const (
	pageSize   = 4096
	sectorSize = 512 // what a drive writes completely or not at all
)

// page is a part of a file. A nil page is all zeros.
type page [pageSize]byte

// content is what a file contains, twice: now, and as of its last sync. Pages
// that are the same are shared.
type content struct {
	pages []*page
	size  int64

	safe     []*page
	safeSize int64

	// dirty has the pages that may differ. The value tells whether the page may
	// be written in place: pages that a sync works on, or that are safe, must not.
	dirty map[int64]bool

	begun, kept int64 // numbers of the last sync that began, and of the last that is done
}

func pagesFor(size int64) int64 { return (size + pageSize - 1) / pageSize }

// read copies what is at offset and returns how much that was.
func (c *content) read(p []byte, offset int64) int {
	if offset >= c.size {
		return 0
	}
	p = p[:min(int64(len(p)), c.size-offset)]
	for done := 0; done < len(p); {
		at := offset + int64(done)
		part := p[done:min(len(p), done+int(pageSize-at%pageSize))]
		if from := c.pages[at/pageSize]; from != nil {
			copy(part, from[at%pageSize:])
		} else {
			clear(part)
		}
		done += len(part)
	}
	return len(p)
}

// write puts p at offset and extends the file if that is beyond its end.
func (c *content) write(p []byte, offset int64) {
	if end := offset + int64(len(p)); end > c.size {
		c.resize(end)
	}
	for done := 0; done < len(p); {
		at := offset + int64(done)
		done += copy(c.writable(at / pageSize)[at%pageSize:], p[done:])
	}
}

// writable is the page to write to: a copy, if the page as it is must stay.
func (c *content) writable(index int64) *page {
	if c.pages[index] != nil && c.dirty[index] {
		return c.pages[index]
	}
	fresh := new(page)
	if c.pages[index] != nil {
		*fresh = *c.pages[index]
	}
	c.pages[index] = fresh
	c.mark(index, true)
	return fresh
}

func (c *content) mark(index int64, inPlace bool) {
	if c.dirty == nil {
		c.dirty = map[int64]bool{}
	}
	c.dirty[index] = inPlace
}

// resize cuts the file, or extends it with zeros.
func (c *content) resize(size int64) {
	was, want := int64(len(c.pages)), pagesFor(size)
	switch {
	case want > was:
		c.pages = append(c.pages, make([]*page, want-was)...)
		for i := was; i < want; i++ {
			c.mark(i, false)
		}
	case want < was:
		clear(c.pages[want:])
		c.pages = c.pages[:want]
		for i := want; i < was; i++ {
			delete(c.dirty, i)
		}
	}
	if size < c.size && size%pageSize != 0 && c.pages[want-1] != nil {
		clear(c.writable(want - 1)[size%pageSize:])
	}
	c.size = size
}

// zero makes a part of the file zeros; what is beyond the end does not matter.
func (c *content) zero(offset, length int64) {
	for at, end := offset, min(offset+length, c.size); at < end; {
		n := min(end-at, pageSize-at%pageSize)
		if c.pages[at/pageSize] != nil {
			clear(c.writable(at / pageSize)[at%pageSize:][:n])
		}
		at += n
	}
}

// isSafe reports whether a sync would change nothing.
func (c *content) isSafe() bool { return len(c.dirty) == 0 && c.size == c.safeSize }

// image is the content that a sync began with.
type image struct {
	pages  map[int64]*page
	size   int64
	number int64
}

// capture returns what differs from the safe content. Writes that follow do not
// change it.
func (c *content) capture() image {
	c.begun++
	im := image{pages: make(map[int64]*page, len(c.dirty)), size: c.size, number: c.begun}
	for i := range c.dirty {
		im.pages[i] = c.pages[i]
		c.dirty[i] = false
	}
	return im
}

// keep makes an image of this content safe. One that began before an image that
// is safe already has nothing to add: what was dirty is in the later one too.
func (c *content) keep(im image) {
	if im.number < c.kept {
		return
	}
	c.kept = im.number
	want := pagesFor(im.size)
	if had := int64(len(c.safe)); want > had {
		c.safe = append(c.safe, make([]*page, want-had)...)
	} else {
		clear(c.safe[want:])
		c.safe = c.safe[:want]
	}
	c.safeSize = im.size
	for i, p := range im.pages {
		c.safe[i] = p
		if i < int64(len(c.pages)) && c.pages[i] == p {
			delete(c.dirty, i)
		}
	}
}
