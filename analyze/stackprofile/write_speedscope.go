package stackprofile

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// speedscopeSchema names the format for its readers.
const speedscopeSchema = "https://www.speedscope.app/file-format-schema.json"

// WriteSpeedscope writes the profile as speedscope.app reads it: one sampled
// profile, each distinct stack with its weight. Name is shown as its title.
// Negative values, which only differences have, are an error: the format has no
// place for them.
func (p *Profile) WriteSpeedscope(w io.Writer, valueType int, by Grouping, name string) error {
	d, err := p.distinct(valueType, by, func(name string) string { return name })
	if err != nil {
		return err
	}
	var weights []int64
	var stacks [][]FrameID
	var total int64
	err = d.each(func(stack []FrameID, value int64) error {
		if value < 0 {
			return errors.New("a stack has a negative value, which speedscope's format does not support")
		}
		if value > 0 {
			stacks, weights = append(stacks, stack), append(weights, value)
			total += value
		}
		return nil
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	t := p.Types[valueType]
	if name == "" {
		name = t.Name
	}
	out.WriteString(`{"$schema":"` + speedscopeSchema + `","exporter":"lotteryctl","activeProfileIndex":0,"name":` + quoted(name) + ",\n")
	d.writeFrames(out, p)
	out.WriteString(",\n" + `"profiles":[{"type":"sampled","name":` + quoted(t.Name) + `,"unit":"` + speedscopeUnit(t.Unit) +
		`","startValue":0,"endValue":` + t.Text(total) + ",\n")
	d.writeSamples(out, stacks)
	out.WriteString(",\n" + `"weights":[`)
	for i, weight := range weights {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(t.Text(weight))
	}
	out.WriteString("]}]}\n")
	return out.Flush()
}

// writeFrames writes the table of frames, a line each. A frame's place is that
// of one of those that the name stands for.
func (d *distinctStacks) writeFrames(out *bufio.Writer, p *Profile) {
	files := make([]string, len(d.names))
	for i, f := range p.frames {
		if key := d.s.Keys[i].Name(); files[key] == "" {
			files[key] = f.File
		}
	}
	out.WriteString(`"shared":{"frames":[`)
	for key, name := range d.names {
		if key > 0 {
			out.WriteString(",\n")
		}
		out.WriteString(`{"name":` + quoted(name))
		if files[key] != "" {
			out.WriteString(`,"file":` + quoted(files[key]))
		}
		out.WriteByte('}')
	}
	out.WriteString("]}")
}

func (d *distinctStacks) writeSamples(out *bufio.Writer, stacks [][]FrameID) {
	out.WriteString(`"samples":[`)
	for i, stack := range stacks {
		if i > 0 {
			out.WriteString(",\n")
		}
		out.WriteByte('[')
		for j, id := range stack {
			if j > 0 {
				out.WriteByte(',')
			}
			out.WriteString(strconv.Itoa(int(d.s.Keys[id].Name())))
		}
		out.WriteByte(']')
	}
	out.WriteByte(']')
}

// speedscopeUnit is one of the units that the format knows.
func speedscopeUnit(unit string) string {
	switch unit {
	case "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes":
		return unit
	}
	return "none"
}

func quoted(text string) string {
	raw, err := json.Marshal(text)
	if err != nil { // no string fails
		return `""`
	}
	return string(raw)
}
