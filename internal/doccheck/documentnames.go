package doccheck

import (
	"path"
	"regexp"
)

// codeName finds pkg.Name and pkg.Type.Member at the beginning of inline code.
var codeName = regexp.MustCompile("`([a-z]\\w*)\\.([A-Z]\\w*(?:\\.[A-Z]\\w*)?)")

// DocumentNames complains of each `pkg.Name` in a document that no package of
// that name declares. Names of packages that are not ours are not looked up. The
// document that tells of the past, history, is left out.
func DocumentNames(t *Tree, history string) []string {
	declared := map[string][]*index{} // by the package's name
	for folder, own := range newResolver(t, "").own {
		declared[path.Base(folder)] = append(declared[path.Base(folder)], own)
	}
	var broken []string
	for _, line := range t.documentLines(history) {
		if line.code {
			continue
		}
		for _, match := range codeName.FindAllStringSubmatch(line.text, -1) {
			known := len(declared[match[1]]) == 0
			for _, own := range declared[match[1]] {
				known = known || own.has(match[2])
			}
			if !known {
				broken = append(broken, line.complain("%s.%s is not declared", match[1], match[2]))
			}
		}
	}
	return sorted(broken)
}
