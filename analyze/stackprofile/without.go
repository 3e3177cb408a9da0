package stackprofile

import "regexp"

// Without returns p without the stacks that have a matching frame, as
// [Filter.Ignore] does, and notes their share with code. If there is none, it is
// p.
func (p *Profile) Without(taking *regexp.Regexp, code NoteCode) *Profile {
	left, kept := p.Filter(Filter{Ignore: taking})
	if kept.Samples == kept.OfSamples {
		return p
	}
	left.Notes = append(left.Notes[:len(p.Notes):len(p.Notes)], Note{Code: code, Count: kept.OfSamples - kept.Samples, Of: kept.OfSamples,
		Share: 1 - kept.Share(p.DefaultType), Text: p.Types[p.DefaultType].Name})
	return left
}
