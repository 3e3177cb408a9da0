package profileinput

import (
	"debug/buildinfo"
	"path/filepath"

	"github.com/lotteryctl/lotteryctl/profiles"
)

// moduleOf is the main module of the targets, if they have the same one.
func moduleOf(targets []profiles.Source) string {
	module := ""
	for i := range targets {
		switch other := targets[i].Process.Module; {
		case i > 0 && other != module:
			return ""
		default:
			module = other
		}
	}
	return module
}

// ModuleIn is the main module of a program on this machine, by its build
// information; "" if there is no such program. The path is the one in a profile:
// at the same place here may be another program, so who uses the module looks
// whether the profile has code of it.
func ModuleIn(program string) string {
	if !filepath.IsAbs(program) {
		return ""
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return ""
	}
	return info.Main.Path
}
