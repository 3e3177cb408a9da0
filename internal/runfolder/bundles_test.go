package runfolder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

func TestBundlesOfNothing(t *testing.T) {
	t.Parallel()
	if _, err := runfolder.Bundles(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a bundle") || !strings.Contains(err.Error(), "not a run folder") {
		t.Errorf("got %v, want that it is neither", err)
	}
}

func FuzzReadProfiled(f *testing.F) {
	f.Add(`{"round":1,"arm":"a","bundle":"arms/a/profile-1/profiles"}`)
	f.Add(`{"round":1,"arm":"a","bundle":"../../etc"}`)
	f.Add("{\n[]\n{\"round\":-1}")
	f.Fuzz(func(t *testing.T, text string) {
		path := t.TempDir()
		if err := os.WriteFile(filepath.Join(path, "profiled.jsonl"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		runs, _, _ := runfolder.ReadProfiled(os.DirFS(path))
		for _, run := range runs {
			if run.Arm == "" || run.Bundle != "" && !filepath.IsLocal(run.Bundle) {
				t.Errorf("got %+v", run)
			}
		}
	})
}
