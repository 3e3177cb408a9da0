package lottery_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

// cells are all there are, by their name in the catalogue of steps.
func cells() map[string]lottery.Cell {
	return map[string]lottery.Cell{
		"pointer": new(lottery.PointerCell), "value": new(lottery.ValueCell), "rwmutex": new(lottery.RWMutexCell),
	}
}

// snapshotOf is a snapshot of n activities, all of one version.
func snapshotOf(n int, version int64) lottery.Snapshot {
	s := make(lottery.Snapshot, n)
	for i := range n {
		id := fmt.Sprint("draw-", i)
		s[id] = lottery.NewActivity(recordOf(id, version))
	}
	return s
}

func recordOf(id string, version int64) lottery.Record {
	s := spec()
	s.ID = id
	return lottery.Record{Spec: s, Version: version, Epoch: 1}
}

func TestCatalogueOverEachCell(t *testing.T) {
	catalogues := map[string]*lottery.Catalogue{"zero value": new(lottery.Catalogue)}
	for name, cell := range cells() {
		catalogues[name] = lottery.NewCatalogue(cell, lottery.Workbench{})
	}
	for name, c := range catalogues {
		if c.All() != nil || c.Find("draw-0") != nil {
			t.Errorf("%s: an empty catalogue holds something", name)
		}
		if _, err := c.Activity(t.Context(), "draw-0"); lottery.KindOf(err) != lottery.KindUnknownActivity {
			t.Errorf("%s: got %v; want a refusal of the kind %s", name, err, lottery.KindUnknownActivity)
		}
		c.Publish(snapshotOf(2, 1))
		kept := c.Find("draw-0")
		c.Publish(c.Merge([]lottery.Record{recordOf("draw-0", 1), recordOf("draw-1", 2)}))
		if got, err := c.Activity(t.Context(), "draw-0"); err != nil || got != kept {
			t.Errorf("%s: an activity that did not change was prepared anew (%v)", name, err)
		}
		if got, err := c.Activity(t.Context(), "draw-1"); err != nil || got.Version != 2 {
			t.Errorf("%s: got %+v, %v; want version 2", name, got, err)
		}
	}
}

// TestCellsShowWholeSnapshots lets readers and a writer meet: every snapshot
// read is one that was stored, and they come in order.
func TestCellsShowWholeSnapshots(t *testing.T) {
	for name, cell := range cells() {
		t.Run(name, func(t *testing.T) {
			var work sync.WaitGroup
			done := make(chan struct{})
			for range 4 {
				work.Go(func() {
					newest := int64(0)
					for {
						s := cell.Load()
						if s["draw-0"] != nil && (s["draw-0"].Version != s["draw-1"].Version || s["draw-0"].Version < newest) {
							t.Errorf("versions %d and %d after %d", s["draw-0"].Version, s["draw-1"].Version, newest)
							return
						}
						if s != nil {
							newest = s["draw-0"].Version
						}
						select {
						case <-done:
							return
						default:
						}
					}
				})
			}
			for version := range int64(100) {
				cell.Store(snapshotOf(2, version+1))
			}
			close(done)
			work.Wait()
			if got := cell.Load()["draw-0"].Version; got != 100 {
				t.Errorf("the last snapshot has version %d; want 100", got)
			}
		})
	}
}

// BenchmarkSnapshotRead is one read of the current snapshot, by as many
// goroutines as there are processors.
func BenchmarkSnapshotRead(b *testing.B) {
	for name, cell := range cells() {
		cell.Store(snapshotOf(2, 1))
		b.Run("snapshot="+name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if cell.Load() == nil {
						b.Error("the snapshot is gone")
						return
					}
				}
			})
		})
	}
}
