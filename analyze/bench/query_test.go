package bench_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/analyze/bench"
)

func TestQueryErrors(t *testing.T) {
	for _, c := range []struct {
		part  string
		spoil func(*bench.Query)
	}{
		{"filter", func(q *bench.Query) { q.Filter = "/size:" }},
		{"filter", func(q *bench.Query) { q.Filter = ".config:x" }},
		{"table", func(q *bench.Query) { q.Table = ".unit" }},
		{"row", func(q *bench.Query) { q.Row = "/size@sideways" }},
		{"col", func(q *bench.Query) { q.Col = "((" }},
		{"ignore", func(q *bench.Query) { q.Ignore = `"` }},
		{"alpha", func(q *bench.Query) { q.Alpha = 1.01 }},
		{"alpha", func(q *bench.Query) { q.Alpha = math.NaN() }},
		{"confidence", func(q *bench.Query) { q.Confidence = -1 }},
	} {
		q := bench.DefaultQuery()
		c.spoil(&q)
		_, err := q.Tables(&bench.Set{})
		var got *bench.QueryError
		if !errors.As(err, &got) || got.Part != c.part {
			t.Errorf("%+v: got error %v, want one about %s", q, err, c.part)
		}
	}
}

func TestNothingMatches(t *testing.T) {
	q := bench.DefaultQuery()
	q.Filter = ".name:Nowhere"
	tables := query(t, q, lines("X", "ns/op", 1))
	var out strings.Builder
	if err := tables.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	if err := tables.WriteCSV(&out, &out); err != nil {
		t.Fatal(err)
	}
	if len(tables.Tables) != 0 || out.String() != "" {
		t.Errorf("got %d tables:\n%s", len(tables.Tables), out.String())
	}
}

// One set serves any number of queries at once.
func TestQueriesShareASet(t *testing.T) {
	set := read(t, lines("X/k=1", "ns/op", 1, 2, 3)+lines("X/k=2", "B/op", 3, 4, 5), lines("X/k=1", "ns/op", 2, 3, 4))
	want := render(t, set, ".file")
	results := make(chan string)
	for i := range 8 {
		go func() {
			if i%2 == 0 {
				results <- render(t, set, ".file")
			} else {
				render(t, set, "/k")
				results <- want
			}
		}()
	}
	for range 8 {
		if got := <-results; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func render(t *testing.T, set *bench.Set, col string) string {
	q := bench.DefaultQuery()
	q.Col = col
	tables, err := q.Tables(set)
	if err != nil {
		t.Error(err)
		return ""
	}
	var out strings.Builder
	if err := tables.WriteText(&out); err != nil {
		t.Error(err)
	}
	return out.String()
}
