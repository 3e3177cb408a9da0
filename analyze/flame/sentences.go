package flame

import "fmt"

// Sentences say in a line each what is certain to have changed: first the
// Causes, then the Functions, in their order and at most most of either (0:
// all). None: no change is certain.
func (d *Diff) Sentences(most int) (lines []string) {
	causes := d.Causes
	if most > 0 {
		causes = causes[:min(len(causes), most)]
	}
	for _, node := range causes {
		name, caller := "everything", ""
		if n := d.Nodes[node]; n.Name >= 0 {
			name = foldedName(d.Names[n.Name])
			if parent := d.parent(node); parent > 0 {
				caller = fmt.Sprintf(", called by %s", foldedName(d.Names[d.Nodes[parent].Name]))
			}
		}
		lines = append(lines, fmt.Sprintf("changed in %s%s: %s", name, caller, d.changeWords(d.Nodes[node].Total)))
	}
	return append(lines, d.functionSentences(most)...)
}

func (d *Diff) functionSentences(most int) (lines []string) {
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

// parent is the node above one that is not the root.
func (d *Diff) parent(node int) int {
	for i := node - 1; i > 0; i-- {
		if d.Nodes[i].Depth < d.Nodes[node].Depth {
			return i
		}
	}
	return 0
}
