package stat

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"
)

// reference is a line of testdata/reference.jsonl: what R answered to a call.
type reference struct {
	What, Call string
	X, Y, Args numbers
	Want       numbers
}

// numbers reads "Inf" and "-Inf" too.
type numbers []float64

func (n *numbers) UnmarshalJSON(text []byte) error {
	var all []any
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for _, v := range all {
		switch v {
		case "Inf":
			*n = append(*n, math.Inf(1))
		case "-Inf":
			*n = append(*n, math.Inf(-1))
		default:
			*n = append(*n, v.(float64))
		}
	}
	return nil
}

// drawn is how far a p-value may be off that rests on n draws: five standard
// errors. The seed is fixed, so this cannot fail by chance.
func drawn(p, n float64) float64 { return 5*math.Sqrt(p*(1-p)/n) + 1/n }

// TestAgreesWithR compares every formula of the package with R 4.2.2, which
// shares no line with it: testdata/reference.R has the calls.
func TestAgreesWithR(t *testing.T) {
	type answer struct {
		got []float64
		off func(want float64) float64 // how far a value may be off
	}
	relative := func(share float64) func(float64) float64 {
		return func(want float64) float64 { return share * max(math.Abs(want), 1e-300) }
	}
	within := func(distance float64) func(float64) float64 { return func(float64) float64 { return distance } }
	exact := func(values ...float64) answer { return answer{values, relative(1e-9)} }
	calls := map[string]func(r reference) answer{
		"MannWhitney": func(r reference) answer { return exact(MannWhitney(r.X, r.Y)) },
		"HodgesLehmann": func(r reference) answer {
			e := HodgesLehmann(r.X, r.Y, r.Args[0])
			return exact(e.Center, e.Low, e.High, e.Level)
		},
		"PairedHodgesLehmann": func(r reference) answer {
			e := PairedHodgesLehmann(r.X, r.Y, r.Args[0])
			return exact(e.Center, e.Low, e.High, e.Level)
		},
		// The normal approximation of the ranks: it cuts off a few less, 3 in 1,000
		// at most where a sample has 51 values.
		"rankSumCut": func(r reference) answer {
			cut, level := (&Calculator{}).rankSumCut(int(r.Args[0]), int(r.Args[1]), (1-r.Args[2])/2)
			if math.Abs(level-r.Args[2]) > 1e-12 {
				t.Errorf("rankSumCut(%v) has level %v", r.Args, level)
			}
			return answer{[]float64{float64(cut)}, func(want float64) float64 { return max(1, 0.0035*want) }}
		},
		"signedRankCut": func(r reference) answer {
			cut, level := (&Calculator{}).signedRankCut(int(r.Args[0]), (1-r.Args[1])/2)
			if level < r.Args[1]-1e-12 || level > r.Args[1]+0.003 {
				t.Errorf("signedRankCut(%v) has level %v", r.Args, level)
			}
			if r.Args[0] == exactUntied {
				return exact(float64(cut))
			}
			return answer{[]float64{float64(cut)}, func(want float64) float64 { return max(1, 0.008*want) }}
		},
		"SignFlipOnes": func(r reference) answer {
			d := make([]float64, int(r.Args[1]))
			for i := range d {
				d[i] = 1
				if i >= int(r.Args[0]) {
					d[i] = -1
				}
			}
			return answer{[]float64{SignFlip(d, 1)}, func(p float64) float64 { return drawn(p, flipDraws) }}
		},
		"SignFlipAdjusted": func(r reference) answer {
			p := SignFlipAdjusted(r.X, r.Y, 1)
			if len(r.X) <= 16 {
				return exact(p)
			}
			return answer{[]float64{p}, func(p float64) float64 { return drawn(p, 20_000) }}
		},
		"Adjusted": func(r reference) answer {
			d, ok := Adjusted(r.X, r.Y, 1)
			if !ok {
				t.Errorf("Adjusted refused %v", r.Y)
			}
			return answer{d, within(1e-12)}
		},
		"OverallUnpaired": func(r reference) answer {
			o := OverallUnpaired([]Cell{{Old: r.X, New: r.Y}}, .95, 1)
			if exact := binomial(len(r.X)+len(r.Y), len(r.X)) <= 4999; exact != (o.Draws == 0) {
				t.Errorf("%d against %d runs: %d draws", len(r.X), len(r.Y), o.Draws)
			} else if exact {
				return answer{[]float64{o.P}, relative(1e-9)}
			}
			return answer{[]float64{o.P}, func(p float64) float64 { return drawn(p, 4999) }}
		},
		"MannKendall": func(r reference) answer { k := MannKendall(r.X); return exact(k.Tau, k.P) },
		"Lag1":        func(r reference) answer { return exact(Lag1(r.X)) },
		"WelchInterval": func(r reference) answer {
			low, high := WelchInterval(r.X, r.Y, r.Args[0])
			return answer{[]float64{low, high}, relative(1e-7)}
		},
		"studentQuantile": func(r reference) answer {
			return answer{[]float64{studentQuantile(r.Args[0], r.Args[1])}, func(want float64) float64 { return 1e-7 * max(want, 1e-3) }}
		},
		"regularBeta":    func(r reference) answer { return exact(regularBeta(r.Args[0], r.Args[1], r.Args[2])) },
		"normalQuantile": func(r reference) answer { return answer{[]float64{normalQuantile(r.Args[0])}, within(1e-8)} },
		"Holm":           func(r reference) answer { return exact(Holm(r.X)...) },
		"CliffsDelta":    func(r reference) answer { return exact(CliffsDelta(r.X, r.Y)) },
		"quantileSorted": func(r reference) answer { return exact(quantileSorted(r.X, r.Args[0])) },
		"binomial":       func(r reference) answer { return exact(binomial(int(r.Args[0]), int(r.Args[1]))) },
		"RunsToDecide": func(r reference) answer {
			return exact(float64(RunsToDecide(r.X, r.Y, r.Args[0], r.Args[1], int(r.Args[2]), r.Args[3] != 0)))
		},
		"MaxT": func(r reference) answer {
			q := Questions{Old: int(r.Args[0]), New: int(r.Args[1]), Values: r.X, Floor: make([]float64, int(r.Args[2]))}
			for i := range q.Floor {
				q.Floor[i] = r.Args[3]
			}
			p, _ := MaxT(q, 1)
			return exact(p...)
		},
	}

	asked := make(map[string]int)
	for _, r := range readReferences(t) {
		call := calls[r.What]
		if call == nil {
			t.Fatalf("nobody asks for %s", r.What)
		}
		asked[r.What]++
		a := call(r)
		if len(a.got) != len(r.Want) {
			t.Fatalf("%s: %d values, R has %d", r.Call, len(a.got), len(r.Want))
		}
		for i, want := range r.Want {
			if off := math.Abs(a.got[i] - want); a.got[i] != want && !(off <= a.off(want)) {
				t.Errorf("%s, args %v, %d and %d values: value %d is %.17g, R has %.17g: %s", r.What, r.Args, len(r.X), len(r.Y), i, a.got[i], want, r.Call)
			}
		}
	}
	for what := range calls {
		if asked[what] == 0 {
			t.Errorf("testdata/reference.jsonl has nothing about %s", what)
		}
	}
}

func readReferences(t *testing.T) (all []reference) {
	t.Helper()
	file, err := os.Open("testdata/reference.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r reference
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
