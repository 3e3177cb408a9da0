// Package golden compares what a test made with a file of testdata. With the flag
// -update the file is written instead:
//
//	go test ./cmd/lotteryctl -run Golden -update
//
// Look at the difference before you commit it: the file is what users see. Only
// tests import this package.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// The flag of every test binary that imports this package.
var update = flag.Bool("update", false, "rewrite the golden files")

// Updating reports whether the files are to be written: for tests that compare
// in their own way.
func Updating() bool { return *update }

// Check fails the test if the file of that name in testdata does not hold got.
// With -update it writes the file first.
func Check(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}
