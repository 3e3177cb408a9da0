package stackprofile

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"
)

// Profile is a set of stack samples with one or more values each, whatever file
// they came from. The readers make it ([Read]), and nothing changes it after
// that: filters, merges and [Profile.WithDefaultType] return another one. Its
// fields are there to be read, not to be set. Safe for concurrent use.
//
// It is kept in columns, since real profiles have hundreds of thousands of
// stacks: a frame is stored once and a stack is a run of 4-byte numbers.
type Profile struct {
	// Types are what the values count, in the order of Sample.Values. There is
	// at least one.
	Types []ValueType
	// DefaultType is the type to show when nobody asked for another.
	DefaultType int
	// Period is how many units of PeriodType lie between two samples; 0: not
	// known. For CPU it is nanoseconds, for heaps bytes.
	Period     int64
	PeriodType ValueType
	// Start and Duration are of the window; zero: not known.
	Start    time.Time
	Duration time.Duration
	// Comments are the profile's own.
	Comments []string
	// Notes are doubts of ours about what was read: stacks that were cut, lines
	// that were left out. Empty: none.
	Notes []Note

	frames []Frame
	// stacks holds the frames of all samples, each root first; sample i is
	// stacks[ends[i-1]:ends[i]].
	stacks []FrameID
	ends   []uint32
	values []int64 // len(Types) a sample
	// labels names the label set of each sample; nil: no sample has labels.
	labels    []uint32
	labelSets [][]Label
	binary    string // of the main mapping
}

// Label is a mark that the program put on a sample: a text, or a number with a
// unit.
type Label struct {
	Key  string
	Text string
	Num  int64
	Unit string // of Num
}

// Value is the text, or the number with its unit.
func (l Label) Value() string {
	if l.Text != "" {
		return l.Text
	}
	return fmt.Sprintf("%d%s", l.Num, l.Unit)
}

// Sample is one stack with its values. Its slices belong to the profile: copy
// what is to be kept, change nothing.
type Sample struct {
	Stack  []FrameID // root first, leaf last
	Values []int64   // one for each of Types
	Labels []Label
}

// Len is the number of samples; equal stacks may come more than once.
func (p *Profile) Len() int { return len(p.ends) }

// Frames are the distinct frames, in no particular order.
func (p *Profile) Frames() []Frame { return slices.Clone(p.frames) }

// Frame is the frame of that id, which must come from this profile.
func (p *Profile) Frame(id FrameID) Frame { return p.frames[id] }

// Samples goes through all samples in the order of the file.
func (p *Profile) Samples() iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		for i := range p.ends {
			if !yield(Sample{Stack: p.stack(i), Values: p.valuesOf(i), Labels: p.labelsOf(i)}) {
				return
			}
		}
	}
}

// Total is the sum of a type's values over all samples, in 1/Scale of its unit:
// exact unless it overflows 63 bits, which [Read] refuses.
func (p *Profile) Total(valueType int) int64 {
	var total int64
	for i := valueType; i < len(p.values); i += len(p.Types) {
		total += p.values[i]
	}
	return total
}

// Size is the sum of a type's values without their signs, which shares are of:
// differences may add up to nothing. Of a profile that go tool pprof has made with
// -diff_base it is that of the base. It is [Profile.Total] where no value is
// negative, to the 53 bits of a float.
func (p *Profile) Size(valueType int) float64 {
	isBase := make([]bool, len(p.labelSets)) // by set of labels
	for set, labels := range p.labelSets {
		isBase[set] = slices.Contains(labels, Label{Key: "pprof::base", Text: "true"})
	}
	var size, base float64
	for i := range p.ends {
		v := math.Abs(float64(p.values[i*len(p.Types)+valueType]))
		size += v
		if p.labels != nil && isBase[p.labels[i]] {
			base += v
		}
	}
	if base > 0 {
		return base
	}
	return size
}

// TypeNamed finds a type by its name, such as "inuse_space"; "" is the default
// type. The error lists those there are.
func (p *Profile) TypeNamed(name string) (int, error) {
	if name == "" {
		return p.DefaultType, nil
	}
	names := make([]string, len(p.Types))
	for i, t := range p.Types {
		if t.Name == name {
			return i, nil
		}
		names[i] = t.Name
	}
	return 0, fmt.Errorf("the profile has no sample type %q; it has %s", name, joinWords(names))
}

// WithDefaultType is p with the type of that name as its default. It shares the
// samples with p. The error lists the types there are.
func (p *Profile) WithDefaultType(name string) (*Profile, error) {
	t, err := p.TypeNamed(name)
	if err != nil {
		return nil, err
	}
	changed := *p
	changed.DefaultType = t
	return &changed, nil
}

// joinWords is "a, b and c".
func joinWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// checkType refuses an index that is not one of Types.
func (p *Profile) checkType(valueType int) error {
	if valueType < 0 || valueType >= len(p.Types) {
		return fmt.Errorf("there is no sample type %d; the profile has %d", valueType, len(p.Types))
	}
	return nil
}

func (p *Profile) stack(i int) []FrameID {
	begin := uint32(0)
	if i > 0 {
		begin = p.ends[i-1]
	}
	return p.stacks[begin:p.ends[i]]
}

func (p *Profile) valuesOf(i int) []int64 { return p.values[i*len(p.Types) : (i+1)*len(p.Types)] }

func (p *Profile) labelsOf(i int) []Label {
	if p.labels == nil {
		return nil
	}
	return p.labelSets[p.labels[i]]
}

// checkTotals refuses values whose sums would not be exact.
func (p *Profile) checkTotals() error {
	for t := range p.Types {
		var size float64
		for i := t; i < len(p.values); i += len(p.Types) {
			size += math.Abs(float64(p.values[i]))
		}
		if size >= math.MaxInt64 {
			return fmt.Errorf("the sum of the values of %s does not fit in 63 bits (%.3g)", p.Types[t], size)
		}
	}
	return nil
}
