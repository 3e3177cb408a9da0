package redis

import (
	_ "embed"
	"errors"
	"strings"
)

//go:embed draw.lua
var drawScript string // constant in effect: go:embed needs a variable

//go:embed draw_unit.lua
var unitSection string

//go:embed draw_mirror.lua
var mirrorSection string

// DrawScript returns the source of the draw script. Tests plant faults in a
// copy and hand it to [Options.DrawScript] to see the checker find them.
func DrawScript() string { return drawScript }

// sectionMark is the line of draw.lua that the variants' sections replace.
const sectionMark = "--@ variants\n"

// compose gives the draw script for the variants chosen.
func compose(opt Options) (string, error) {
	sections := ""
	if opt.Stock != StockInLua {
		sections += unitSection
	}
	if opt.UserState != StateInScript {
		sections += mirrorSection
	}
	if sections == "" {
		return opt.DrawScript, nil
	}
	before, after, ok := strings.Cut(opt.DrawScript, sectionMark)
	if !ok {
		return "", errors.New("redis: the draw script has no line for the sections of variants; keep \"" +
			strings.TrimSpace(sectionMark) + "\" in it")
	}
	return before + sections + after, nil
}
