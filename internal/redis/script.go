package redis

import (
	_ "embed"
	"errors"
	"strings"
)

//go:embed draw.lua
var drawScript string // constant in effect: go:embed needs a variable

//go:embed remember.lua
var rememberScript string

//go:embed undo.lua
var undoScript string

//go:embed resume.lua
var resumeScript string

//go:embed clear.lua
var clearScript string

//go:embed fill.lua
var fillScript string

//go:embed forget.lua
var forgetScript string

//go:embed state.lua
var stateScript string

//go:embed settle.lua
var settleScript string

//go:embed suspend.lua
var suspendScript string

//go:embed renew.lua
var renewScript string

//go:embed aside.lua
var asideScript string

//go:embed raise.lua
var raiseScript string

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
func compose(script string, stock Stock, state UserState) (string, error) {
	sections := ""
	if stock != StockInLua {
		sections += unitSection
	}
	if state != StateInScript {
		sections += mirrorSection
	}
	if sections == "" {
		return script, nil
	}
	before, after, ok := strings.Cut(script, sectionMark)
	if !ok {
		return "", errors.New("redis: the draw script has no line for the sections of variants; keep \"" +
			strings.TrimSpace(sectionMark) + "\" in it")
	}
	return before + sections + after, nil
}
