package main

// room is a package whose tests are tried.
type room struct {
	dir   string
	files []string // the files that are mutated; all if empty
	bar   float64  // the share of mutants that must be killed, in %
	// quick is a pattern of tests that are run first, "" for all at once. What
	// passes them has to pass the others as well.
	quick string
}

// rooms are those where a wrong sign would give a wrong number.
func rooms() []room {
	return []room{
		{dir: "analyze/stat", bar: 95, quick: "AgreesWithR|Borders|CutsOf|Edges|Smallest|KnowsNo|Published|Rules"},
		{dir: "internal/lottery", bar: 85, files: []string{"dice.go", "alias.go", "ranges.go", "reservoir.go"}, quick: "Sampler|Table|Alias|Dice|Reservoir|Uniform|Mark"},
		{dir: "loadgen", bar: 85, files: []string{"schedule.go", "histogram.go", "histogramcode.go", "meter.go"},
			quick: "Schedule|Histogram|Quantile|Merge|Gap|Lateness|Meter|Rest|ThreadsEarlier"},
		{dir: "analyze/bench", bar: 85, quick: "^(Test[^B]|Example)"}, // TestBenchstat… are slow
		{dir: "internal/audit", bar: 85, quick: "^TestCheck|Fit|Gamma|Malformed|ReadAnswers|Recorder|TooLong"},
	}
}
