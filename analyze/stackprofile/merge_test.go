package stackprofile_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/internal/flametest"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	earlier := fixture()
	earlier.TimeNanos -= int64(time.Hour)
	a, b := fixtureProfile(t), flametest.Read(t, earlier)
	m, err := stackprofile.Merge(a, b, a)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Types {
		if m.Total(i) != 3*a.Total(i) {
			t.Errorf("%s: got %d, want three times %d", m.Types[i], m.Total(i), a.Total(i))
		}
	}
	if m.Duration != 6*time.Second || !m.Start.Equal(b.Start) || m.Period != a.Period {
		t.Errorf("got %v from %v, one in %d", m.Duration, m.Start, m.Period)
	}
	draw := stackprofile.Filter{Labels: []stackprofile.LabelFilter{{Key: "route", Value: regexp.MustCompile("draw")}}}
	labelled, _ := m.Filter(draw)
	one, _ := a.Filter(draw)
	if labelled.Total(0) != 3*one.Total(0) {
		t.Errorf("labels: got %d, want three times %d", labelled.Total(0), one.Total(0))
	}
	if got, want := len(m.Frames()), len(a.Frames()); got != want {
		t.Errorf("got %d frames, want the %d of one", got, want)
	}
}

func TestMergeOfDifferentRatesSaysSo(t *testing.T) {
	t.Parallel()
	rarer := fixture()
	rarer.Period *= 2
	m, err := stackprofile.Merge(fixtureProfile(t), flametest.Read(t, rarer))
	if err != nil {
		t.Fatal(err)
	}
	if m.Period != 0 || !slices.ContainsFunc(m.Notes, stackprofile.Note{Code: stackprofile.RatesDiffer}.Equal) {
		t.Errorf("got period %d and the notes %+v", m.Period, m.Notes)
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	_, err := stackprofile.Merge(fixtureProfile(t), readText(t, "a;b 1\n"))
	if want := "profile 1 has the sample types samples (count) and cpu (nanoseconds), profile 2 has samples (count)"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := stackprofile.Merge(); err == nil {
		t.Error("nothing was merged without an error")
	}
	big := readText(t, "a 5000000000000000000\n")
	if _, err := stackprofile.Merge(big, big); err == nil || !strings.Contains(err.Error(), "63 bits") {
		t.Errorf("got %v", err)
	}
}

func TestDefaultTypeOfACopy(t *testing.T) {
	t.Parallel()
	p := fixtureProfile(t)
	before := p.DefaultType
	other, err := p.WithDefaultType("samples")
	if err != nil {
		t.Fatal(err)
	}
	if other.DefaultType != 0 || p.DefaultType != before || before == 0 || other.Total(0) != p.Total(0) {
		t.Errorf("the copy's default type is %d, the profile's was %d and is %d", other.DefaultType, before, p.DefaultType)
	}
	if _, err := p.WithDefaultType("space"); err == nil || !strings.Contains(err.Error(), "it has samples and cpu") {
		t.Errorf("got %v", err)
	}
}
