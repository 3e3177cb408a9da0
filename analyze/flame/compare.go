package flame

// Compare makes the diff of two sides, each one or more profiles of the same
// sample types. With several profiles a side, which should be of as many fresh
// processes, what differs within a side is noise, and what differs between the
// sides more than that, over all frames together (stat.MaxT), is a change. With
// one profile a side only the chance of sampling is known (a likelihood ratio
// test of the counts, corrected by Holm), and the notes say what that leaves
// out.
//
// Exchanging the sides exchanges old and new and nothing else.
func Compare(old, new []Input, o DiffOptions) (*Diff, error) {
	c, err := newComparison(old, new, o)
	if err != nil {
		return nil, err
	}
	if err := c.fold(); err != nil {
		return nil, err
	}
	if err := c.normalise(); err != nil {
		return nil, err
	}
	d := c.diff()
	c.judge(d)
	d.Causes = causes(d)
	noteSwaps(d)
	sortFunctions(d.Functions, c.names.List())
	return d, nil
}
