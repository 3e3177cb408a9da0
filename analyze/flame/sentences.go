package flame

// Sentences say in a line each what is certain to have changed, the functions
// in the order of Functions, at most most of them (0: all). None: no change is
// certain.
func (d *Diff) Sentences(most int) (lines []string) {
	for _, f := range d.Functions {
		if most > 0 && len(lines) == most {
			break
		}
		name := foldedName(d.Names[f.Name])
		switch {
		case f.Self.Verdict != WithinNoise:
			lines = append(lines, name+" itself: "+d.changeWords(f.Self))
		case f.Total.Verdict != WithinNoise:
			lines = append(lines, name+" with what it calls: "+d.changeWords(f.Total))
		}
	}
	return lines
}
