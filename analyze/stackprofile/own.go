package stackprofile

import "slices"

// OnlyFrames returns p with the frames alone that keep names: what the others
// below one cost counts as that one's. Stacks without such a frame are one frame
// called rest, so shares stay those of the whole. kept is how many stacks have one.
func (p *Profile) OnlyFrames(keep func(Frame) bool, rest string) (only *Profile, kept int) {
	out := *p
	out.stacks, out.ends = nil, nil
	out.frames = append(slices.Clip(p.frames), Frame{Function: rest, Made: true})
	kinds := make([]bool, len(p.frames))
	for i, f := range p.frames {
		kinds[i] = !f.Made && keep(f)
	}
	for i := range p.ends {
		begin, found := len(out.stacks), false
		for _, id := range p.stack(i) {
			if kinds[id] || p.frames[id].Made {
				out.stacks = append(out.stacks, id)
			}
			found = found || kinds[id]
		}
		if found {
			kept++
		} else {
			out.stacks = append(out.stacks[:begin], FrameID(len(p.frames)))
		}
		out.ends = append(out.ends, uint32(len(out.stacks)))
	}
	return &out, kept
}

// Binary is the path of the program that was profiled, as the profile has it; ""
// if it does not tell.
func (p *Profile) Binary() string { return p.binary }
