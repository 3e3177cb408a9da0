package flame_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/lotteryctl/lotteryctl/analyze/flame"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
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

// fixture is the profile that the tests of stackprofile write: two types,
// labels, an inlined frame, recursion, and names that formats must not be broken
// by.
func fixture(t *testing.T) *profile.Profile {
	t.Helper()
	raw, err := os.ReadFile("../stackprofile/testdata/fixture.pb")
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.ParseData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readText(t *testing.T, text string) *stackprofile.Profile {
	t.Helper()
	p, err := stackprofile.Read(strings.NewReader(text), stackprofile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fixtureDiff has a regression in one function, within rounds that scatter.
func fixtureDiff(t *testing.T) *flame.Diff {
	t.Helper()
	var sides [2][]flame.Input
	for round := range int64(8) {
		for side := range sides {
			made := fixture(t)
			made.Sample[0].Value[0] += 3 * (round % 3)
			made.Sample[4].Value[0] += round % 2
			made.Sample[2].Value[0] += 40 * int64(side)
			for _, s := range made.Sample {
				s.Value[0] *= 10
				s.Value[1] = s.Value[0] * made.Period
			}
			sides[side] = append(sides[side], flame.Input{Profile: read(t, made), Requests: 1000})
		}
	}
	d, err := flame.Compare(sides[0], sides[1], flame.DiffOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
