// Package flametest has the profiles that the tests of several rooms look at: the
// fixture of analyze/stackprofile, a difference with a known cause made of it, and
// its dumps of goroutines. Only tests import this package.
package flametest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

// Made is the fixture that the tests of stackprofile write, to be changed at will:
// two types, labels, an inlined frame, recursion, and names that formats must not
// be broken by.
func Made(t testing.TB) *profile.Profile {
	t.Helper()
	p, err := profile.ParseData(testdata(t, "fixture.pb"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Read is made as stackprofile reads it.
func Read(t testing.TB, made *profile.Profile) *stackprofile.Profile {
	t.Helper()
	var raw bytes.Buffer
	if err := made.WriteUncompressed(&raw); err != nil {
		t.Fatal(err)
	}
	p, err := stackprofile.Read(&raw, stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Diff has a regression in one function, within eight rounds a side that scatter.
func Diff(t testing.TB) *flame.Diff {
	t.Helper()
	var sides [2][]flame.Input
	for round := range int64(8) {
		for side := range sides {
			made := Made(t)
			made.Sample[0].Value[0] += 3 * (round % 3)
			made.Sample[4].Value[0] += round % 2
			made.Sample[2].Value[0] += 40 * int64(side)
			for _, s := range made.Sample {
				s.Value[0] *= 10
				s.Value[1] = s.Value[0] * made.Period
			}
			sides[side] = append(sides[side], flame.Input{Profile: Read(t, made), Requests: 1000})
		}
	}
	d, err := flame.Compare(sides[0], sides[1], flame.DiffOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Dump is one of the dumps of goroutines, by its file.
func Dump(t testing.TB, name string) *stackprofile.GoroutineDump {
	t.Helper()
	d, err := stackprofile.ReadGoroutines(bytes.NewReader(testdata(t, name)), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// testdata reads a file of stackprofile's, from wherever in the repository the
// test runs.
func testdata(t testing.TB, name string) []byte {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		above := filepath.Dir(root)
		if above == root {
			t.Fatal("there is no go.mod above the test's folder")
		}
		root = above
	}
	raw, err := os.ReadFile(filepath.Join(root, "analyze/stackprofile/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
