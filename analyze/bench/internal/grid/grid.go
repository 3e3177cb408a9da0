// Package grid lays out text in aligned columns, for a font of fixed width, as
// benchstat does.
package grid

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Grid is rows of cells. A cell may span several columns; widths count runes.
type Grid struct {
	// Narrow are columns that a spanning cell must not widen.
	Narrow map[int]bool
	rows   [][]cell
}

// cell is a text at a place in its row. The margin is what separates it
// from its left neighbor; the widest one of a column counts for the column.
type cell struct {
	col, span    int
	text, margin string
	align        Align
}

// Align says where in its columns a text stands.
type Align int

// The alignments.
const (
	Left Align = iota
	Center
	Right
)

// Row begins a new row.
func (g *Grid) Row() { g.rows = append(g.rows, nil) }

// Put adds a cell of one column to the current row, to the right of all that
// it has. Its margin is a space, except at the edge and before nothing.
func (g *Grid) Put(col int, text string, a Align) {
	margin := " "
	if col == 0 || text == "" {
		margin = ""
	}
	g.Span(col, 1, text, a, margin)
}

// Span adds a cell of several columns, with a margin of its own.
func (g *Grid) Span(col, span int, text string, a Align, margin string) {
	last := len(g.rows) - 1
	g.rows[last] = append(g.rows[last], cell{col, span, text, margin, a})
}

// Write lays the grid out. Rows have no trailing space.
func (g *Grid) Write(to io.Writer) error {
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
func (a Align) indent(width, text int) int {
	switch a {
	case Center:
		return max(0, (width-text)/2)
	case Right:
		return max(0, width-text)
	default:
		return 0
	}
}

// margins returns the width of each column's margin.
func (g *Grid) margins() []int {
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
func (g *Grid) widths(margins []int) []int {
	cells := slices.Concat(g.rows...)
	slices.SortStableFunc(cells, func(a, b cell) int { return cmp.Compare(a.span, b.span) })
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
func (g *Grid) stretch(widths []int, c cell, need int) {
	var open []int // columns that may be widened
	have := 0
	for col := c.col; col < c.col+c.span; col++ {
		have += widths[col]
		if g.Narrow[col] {
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
