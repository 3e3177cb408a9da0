package bench

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// grid lays out text in aligned columns, for a font of fixed width. A cell may
// span several columns; widths count runes.
type grid struct {
	rows   [][]gridCell
	narrow map[int]bool // columns that a spanning cell must not widen
}

// gridCell is a text at a place in its row. The margin is what separates it
// from its left neighbour; the widest one of a column counts for the column.
type gridCell struct {
	col, span    int
	text, margin string
	align        align
}

type align int

const (
	left align = iota
	center
	right
)

// row begins a new row.
func (g *grid) row() { g.rows = append(g.rows, nil) }

// put adds a cell of one column to the current row, to the right of all that
// it has. Its margin is a space, except at the edge and before nothing.
func (g *grid) put(col int, text string, a align) {
	margin := " "
	if col == 0 || text == "" {
		margin = ""
	}
	g.span(col, 1, text, a, margin)
}

// span adds a cell of several columns, with a margin of its own.
func (g *grid) span(col, span int, text string, a align, margin string) {
	last := len(g.rows) - 1
	g.rows[last] = append(g.rows[last], gridCell{col, span, text, margin, a})
}

// write lays the grid out. Rows have no trailing space.
func (g *grid) write(to io.Writer) error {
	margins := g.margins()
	starts := make([]int, len(margins)+1) // where each column's margin begins
	for col, width := range g.widths(margins) {
		starts[col+1] = starts[col] + width
	}

	w := bufio.NewWriter(to)
	for _, row := range g.rows {
		at := 0
		for _, c := range row {
			if strings.TrimSpace(c.text) == "" && strings.TrimSpace(c.margin) == "" {
				continue
			}
			text := starts[c.col] + margins[c.col]
			pad(w, text-runes(c.margin)-at)
			w.WriteString(c.margin)
			indent := c.align.indent(starts[c.col+c.span]-text, runes(c.text))
			pad(w, indent)
			w.WriteString(c.text)
			at = text + indent + runes(c.text)
		}
		w.WriteByte('\n')
	}
	return w.Flush()
}

// indent is how far into a field of the given width a text is set.
func (a align) indent(width, text int) int {
	switch a {
	case center:
		return max(0, (width-text)/2)
	case right:
		return max(0, width-text)
	default:
		return 0
	}
}

// margins returns the width of each column's margin.
func (g *grid) margins() []int {
	var margins []int
	for _, row := range g.rows {
		for _, c := range row {
			for len(margins) < c.col+c.span {
				margins = append(margins, 0)
			}
			margins[c.col] = max(margins[c.col], runes(c.margin))
		}
	}
	return margins
}

// widths returns the width of each column, its margin included: what cells of
// one column need, and then what spanning cells need beyond it, narrow ones
// first.
func (g *grid) widths(margins []int) []int {
	cells := slices.Concat(g.rows...)
	slices.SortStableFunc(cells, func(a, b gridCell) int { return cmp.Compare(a.span, b.span) })
	widths := make([]int, len(margins))
	for _, c := range cells {
		need := runes(c.text) + margins[c.col]
		if c.span == 1 {
			widths[c.col] = max(widths[c.col], need)
		} else {
			g.stretch(widths, c, need)
		}
	}
	return widths
}

// stretch widens the columns below a spanning cell until it fits. They become
// equally wide, as far as none has to shrink for it.
func (g *grid) stretch(widths []int, c gridCell, need int) {
	var open []int // columns that may be widened
	have := 0
	for col := c.col; col < c.col+c.span; col++ {
		have += widths[col]
		if g.narrow[col] {
			need -= widths[col]
			have -= widths[col]
		} else {
			open = append(open, col)
		}
	}
	if have >= need {
		return
	}
	// The widest first: what it has above the average is spared by the others.
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(widths[b], widths[a]) })
	for i, col := range open {
		share := len(open) - i
		widths[col] = max(widths[col], (need+share-1)/share)
		need -= widths[col]
	}
}

func pad(w *bufio.Writer, n int) {
	for range n {
		w.WriteByte(' ')
	}
}

func runes(s string) int { return utf8.RuneCountInString(s) }
