package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lotteryctl/lotteryctl/internal/lottery"
)

const springYAML = `# an activity
id: spring
name: Spring draw
starts: 2026-03-01T00:00:00Z
ends: 2026-04-01T08:00:00+08:00
draws_per_user: 3
blank_weight: 90
prizes:
  - id: trip
    tier: gold
    name: 旅行 "Trip"
    weight: 1
    stock: 5
    fallback: mug
  - {id: mug, tier: bronze, name: Mug, weight: 9, stock: 100}
blocked: [mallory]
`

func TestActivityFile(t *testing.T) {
	spec, err := parseActivityFile(strings.NewReader(springYAML), "a.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if spec.ID != "spring" || spec.DrawsPerUser != 3 || spec.BlankWeight != 90 || len(spec.Prizes) != 2 ||
		spec.Prizes[0].Name != `旅行 "Trip"` || spec.Prizes[0].Fallback != "mug" || spec.Prizes[1].Stock != 100 ||
		!reflect.DeepEqual(spec.Blocked, []string{"mallory"}) || !spec.Ends.Equal(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("read as %+v", spec)
	}
	// JSON is YAML: the same activity as lotteryd itself writes it.
	asJSON, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parseActivityFile(strings.NewReader(string(asJSON)), "a.json")
	if err != nil || !sameSpec(spec, again) {
		t.Errorf("as JSON read as %+v, %v", again, err)
	}
}

// sameSpec compares specs; times by the instant they mean.
func sameSpec(a, b lottery.Spec) bool {
	same := a.Starts.Equal(b.Starts) && a.Ends.Equal(b.Ends)
	a.Starts, a.Ends, b.Starts, b.Ends = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if len(a.Blocked)+len(b.Blocked) == 0 { // nil and [] mean the same
		a.Blocked, b.Blocked = nil, nil
	}
	return same && reflect.DeepEqual(a, b)
}

// TestActivityFileFaults breaks one thing in a good file and names the complaint.
func TestActivityFileFaults(t *testing.T) {
	change := func(old, new string) string {
		if !strings.Contains(springYAML, old) {
			t.Fatalf("the good file has no %q", old)
		}
		return strings.Replace(springYAML, old, new, 1)
	}
	for _, c := range []struct {
		name       string
		text, want string
	}{
		{"empty", "", "a.yaml: the file is empty"},
		{"only a comment", "# nothing\n", "a.yaml: the file is empty"},
		{"null", "~\n", "a.yaml: the file is empty"},
		{"a list", "- id: x\n", "a.yaml:1: cannot unmarshal"},
		{"not YAML", change("tier: gold", "tier: \"gold"), "a.yaml:"},
		{"tab", change("    tier: gold", "\ttier: gold"), "a.yaml:9: found a tab"},
		{"unknown field", change("blank_weight: 90", "blank_wait: 90"), "a.yaml:7: field blank_wait not found"},
		{"unknown prize field", change("stock: 5", "stocks: 5"), "a.yaml:13: field stocks not found"},
		{"field twice", change("blank_weight: 90", "id: summer"), "a.yaml:7: mapping key \"id\" already defined at line 2"},
		{"text for a number", change("stock: 5", "stock: five"), "a.yaml:13: stock is \"five\"; use an integer"},
		{"negative weight", change("weight: 1", "weight: -1"), "a.yaml:12: cannot unmarshal !!int `-1` into uint64"},
		{"number too large", change("stock: 5", "stock: 99999999999999999999"), "a.yaml:13: stock is \"99999999999999999999\"; use an integer"},
		{"a broken number", change("stock: 5", "stock: 3.5"), "a.yaml:13: stock is \"3.5\"; use an integer"},
		{"not a time", change("2026-03-01T00:00:00Z", "soon"), "a.yaml:4: starts is not a time; use one such as"},
		{"bad id", change("id: spring", "id: Spring!"), `a.yaml:2: id is "Spring!"; use 1 to 63`},
		{"window reversed", change("2026-03-01", "2027-03-01"), "a.yaml:4: starts 2027"},
		{"negative stock", change("stock: 5", "stock: -5"), "a.yaml:13: prizes[0]: stock is -5"},
		{"no tier", change("tier: gold", "tier: ''"), "a.yaml:10: prizes[0]: "},
		{"fallback to nobody", change("fallback: mug", "fallback: cup"), "a.yaml:14: prizes[0].fallback is \"cup\""},
		{"same id", change("id: mug", "id: trip"), "a.yaml:15: prizes[1].id \"trip\" is already"},
		{"unknown dice", change("blank_weight: 90", "blank_weight: 90\ndice: loaded"), "a.yaml:8: dice is \"loaded\""},
		{"blocked nobody", change("[mallory]", "[mallory, '']"), "a.yaml:16: blocked[1]"},
		{"two documents", springYAML + "---\n" + springYAML, "a.yaml:17: a second document begins here"},
		{"alias", change("name: Mug", "name: *x"), "a.yaml: unknown anchor 'x' referenced"},
		{"anchor", change("id: spring", "id: &x spring"), "a.yaml:2: anchors (&) and aliases (*) are not allowed"},
		{"too large", springYAML + strings.Repeat("#", maxYAMLBytes), "more than the 1048576 bytes"},
		{"binary", "\x00\x01\x02", "a.yaml: control characters are not allowed"},
		{"not UTF-8", change("Spring draw", "\xff"), "a.yaml: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseActivityFile(strings.NewReader(c.text), "a.yaml")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v; want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("not one sentence: %q", err)
			}
		})
	}
}

// TestAliasBomb: nine lines that mean a billion strings. It must be refused
// without being expanded, in no time.
func TestAliasBomb(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'j'; c++ {
		before := string(c - 1)
		bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+before+",", 10), ",") + "]\n"
	}
	_, err := parseActivityFile(strings.NewReader(bomb), "a.yaml")
	if err == nil || !strings.Contains(err.Error(), "a.yaml:1: anchors (&) and aliases (*) are not allowed") {
		t.Errorf("got %v; want anchors refused", err)
	}
}

// TestDeepNesting: a file of nothing but brackets must not exhaust the stack.
func TestDeepNesting(t *testing.T) {
	for _, open := range []string{"[", "{a: ", "- ", "? "} {
		if _, err := parseActivityFile(strings.NewReader(strings.Repeat(open, 20_000)), "a.yaml"); err == nil {
			t.Errorf("20,000 times %q was taken for an activity", open)
		}
	}
}

// TestManyFields: a megabyte of keys is refused before the library compares
// each with each, and a megabyte of faults is not all printed.
func TestManyFields(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"{" + strings.Repeat("? ,", 200_000) + "}", "a.yaml:1: the value that begins here has 200000 fields"},
		{"prizes: [" + strings.Repeat("{idx: a},", 100_000) + "]", "and 99995 more like these"},
	} {
		_, err := parseActivityFile(strings.NewReader(row.text), "a.yaml")
		if err == nil || !strings.Contains(err.Error(), row.want) || len(err.Error()) > 500 {
			t.Errorf("got %.600v; want %q", err, row.want)
		}
	}
}

func TestSampleActivityIsValidYAML(t *testing.T) {
	spec := sampleActivity(time.Now())
	asJSON, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sample.json")
	if err := os.WriteFile(path, asJSON, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readActivity(nil, path)
	if err != nil || !sameSpec(got, spec) {
		t.Errorf("read as %+v, %v", got, err)
	}
}

// FuzzActivityFile: never a panic; what is accepted is valid and survives the
// way to the admin port, as JSON.
func FuzzActivityFile(f *testing.F) {
	for _, seed := range []string{
		springYAML, "", "~", "id: x", "a: &a [*a]", "[[[[", "- - - x", "--- !!map {}\n", "starts: 2026-13-01",
		`{"id":"x","starts":"2026-01-01T00:00:00Z","ends":"2027-01-01T00:00:00Z","blank_weight":1,"prizes":[{"id":"a","tier":"b","name":"c","weight":1,"stock":1}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := parseActivityFile(strings.NewReader(text), "a.yaml")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "a.yaml:") {
				t.Errorf("%q: the error does not say where: %v", text, err)
			}
			return
		}
		if err := spec.Validate(); err != nil {
			t.Errorf("%q: accepted, though %v", text, err)
		}
		asJSON, err := json.Marshal(spec)
		if err != nil {
			t.Fatalf("%q: accepted, but cannot be sent: %v", text, err)
		}
		var arrived lottery.Spec
		if err := json.Unmarshal(asJSON, &arrived); err != nil || !sameSpec(spec, arrived) {
			t.Errorf("%q: sent %+v, arrived %+v, %v", text, spec, arrived, err)
		}
	})
}
