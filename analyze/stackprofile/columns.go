package stackprofile

// Names gives every name of a frame a number, over one profile or several. Not
// safe for concurrent use.
type Names struct {
	list []string
	made []bool
	ids  map[string]uint32
}

// NewNames is a table without names.
func NewNames() *Names { return &Names{ids: map[string]uint32{}} }

// List are the names by their numbers. It belongs to the table: change nothing.
func (t *Names) List() []string { return t.list }

// Made reports whether frames of that name are no code, see [Frame.Made].
func (t *Names) Made(id uint32) bool { return t.made[id] }

func (t *Names) id(name string, made bool) uint32 {
	if id, ok := t.ids[name]; ok {
		return id
	}
	id := uint32(len(t.list))
	t.list, t.made = append(t.list, name), append(t.made, made)
	t.ids[name] = id
	return id
}

// FrameKey is the number of a frame's name, times two, plus one if the frame was
// inlined: what those who add up samples ask for comes with one look.
type FrameKey uint32

// Name is the number of the frame's name in [Names].
func (k FrameKey) Name() uint32 { return uint32(k >> 1) }

// Inlined is 1 if the frame was inlined, else 0.
func (k FrameKey) Inlined() int { return int(k & 1) }

// Columns are the samples of a profile as long columns with one value each, in
// the form that sums over hundreds of thousands of stacks need: nothing is
// allocated for a sample. They may share memory with the profile: change nothing.
type Columns struct {
	// Stacks holds the frames of all samples, each root first; sample i is
	// Stacks[Ends[i-1]:Ends[i]].
	Stacks []FrameID
	Ends   []uint32
	Keys   []FrameKey // of each frame, by its id
	Values []int64    // of each sample
}

// Columns are the values of one type, with frames called what the grouping says.
// New names are added to names, which several profiles may share.
func (p *Profile) Columns(valueType int, by Grouping, names *Names) (*Columns, error) {
	if err := p.checkType(valueType); err != nil {
		return nil, err
	}
	c := &Columns{Stacks: p.stacks, Ends: p.ends, Keys: make([]FrameKey, len(p.frames))}
	for i, f := range p.frames {
		c.Keys[i] = FrameKey(names.id(by.name(f), f.Made) << 1)
		if f.Inlined {
			c.Keys[i]++
		}
	}
	c.Values = make([]int64, len(p.ends))
	for i := range c.Values {
		c.Values[i] = p.values[i*len(p.Types)+valueType]
	}
	if by.merges() {
		c.mergeNeighbours()
	}
	return c, nil
}

// Stack is the stack of a sample, root first.
func (c *Columns) Stack(sample uint32) []FrameID {
	begin := uint32(0)
	if sample > 0 {
		begin = c.Ends[sample-1]
	}
	return c.Stacks[begin:c.Ends[sample]]
}

// mergeNeighbours makes one frame of those that follow each other with one key.
func (c *Columns) mergeNeighbours() {
	stacks := make([]FrameID, 0, len(c.Stacks))
	ends := make([]uint32, len(c.Ends))
	at := uint32(0)
	for i, end := range c.Ends {
		begin := len(stacks)
		for _, frame := range c.Stacks[at:end] {
			if len(stacks) > begin && c.Keys[stacks[len(stacks)-1]].Name() == c.Keys[frame].Name() {
				continue
			}
			stacks = append(stacks, frame)
		}
		ends[i], at = uint32(len(stacks)), end
	}
	c.Stacks, c.Ends = stacks, ends
}
