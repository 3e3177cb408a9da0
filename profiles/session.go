package profiles

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// capture is one call of Capture.
type capture struct {
	plan     Plan // with defaults
	dir      string
	names    []string
	subjects []*subject
	madeDir  bool // by us, so it is ours to remove

	started, ended         time.Time
	windowStart, windowEnd time.Time
	before, after          *int64 // requests at the ends of the window
	unwritten              error  // an *UnwrittenError once a file could not be written
}

// prepare makes the subjects, without asking them anything.
func (c *capture) prepare() error {
	_, err := os.Stat(c.dir)
	c.madeDir = errors.Is(err, fs.ErrNotExist)
	_, err = os.Stat(filepath.Join(c.dir, ManifestFile))
	if !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = errors.New("it holds a bundle already")
		}
		return fmt.Errorf("%s: %w", c.dir, err)
	}
	if c.names, err = targetNames(c.plan.Targets); err != nil {
		return err
	}
	turn := make(chan struct{}, 1)
	for i := range c.plan.Targets {
		s, err := newSubject(&c.plan.Targets[i], c.names[i], &c.plan, turn)
		if err != nil {
			return err
		}
		c.subjects = append(c.subjects, s)
	}
	return os.MkdirAll(c.dir, 0o700)
}

func (c *capture) close() {
	for _, s := range c.subjects {
		s.client.close()
	}
}

// each does something with all subjects at once and waits.
func (c *capture) each(do func(*subject)) {
	var group sync.WaitGroup
	for _, s := range c.subjects {
		group.Go(func() { do(s) })
	}
	group.Wait()
}

// folderOf is where a subject's files are, below the bundle.
func (c *capture) folderOf(s *subject) string {
	if len(c.subjects) == 1 {
		return ""
	}
	return TargetsFolder + "/" + s.name
}
