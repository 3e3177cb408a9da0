package flamecmd

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lotteryctl/lotteryctl/analyze/owncode"
	"github.com/lotteryctl/lotteryctl/analyze/stackprofile"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/cli"
	"github.com/lotteryctl/lotteryctl/cmd/lotteryctl/internal/profileinput"
)

// libraryFrame stands for stacks that no code of the program is in.
const libraryFrame = "[not in the program's own code]"

// ownByItself is --own without a value: what the program's own code is, is found
// out.
const ownByItself = "auto"

// sources finds the profiles of the arguments, with the work of taking them only
// if that is asked for.
func (o *flameOptions) sources(args []string) ([]profileinput.Source, error) {
	sources, err := profileinput.Sources(args, o.kind)
	if o.withProfiler {
		profileinput.KeepProfiler(sources)
	}
	return sources, err
}

// ownCode is the program's own code: what --own says, else by the module that a
// bundle or the program's file names, else by the files of the frames.
func (o *flameOptions) ownCode(frames []stackprofile.Frame, module, program string) (owncode.Code, error) {
	if o.own != "" && o.own != ownByItself {
		code := owncode.Under(strings.Split(o.own, ",")...)
		if !slices.ContainsFunc(frames, code.Has) {
			return code, fmt.Errorf("--own=%s: no function has such an import path; use the path of a module or package, such as %s", o.own, cmp.Or(examplePackage(frames), "example.com/shop"))
		}
		return code, nil
	}
	return owncode.Find(frames, cmp.Or(module, profileinput.ModuleIn(program))), nil
}

// examplePackage is a package that is not of the standard library.
func examplePackage(frames []stackprofile.Frame) string {
	found := owncode.Find(frames, "")
	for _, f := range frames {
		if pkg := f.Package(); pkg != "main" && found.Has(f) {
			return pkg
		}
	}
	return ""
}

// onlyOwn leaves the program's own code of all profiles, by one rule, if --own asks
// for it.
func (o *flameOptions) onlyOwn(env cli.Env, all []**stackprofile.Profile, name, module string) error {
	if o.own == "" {
		return nil
	}
	var frames []stackprofile.Frame
	for _, p := range all {
		frames = append(frames, (*p).Frames()...)
	}
	code, err := o.ownCode(frames, module, (*all[0]).Binary())
	if err != nil {
		return err
	}
	sum := 0
	for _, p := range all {
		only, own := (*p).OnlyFrames(code.Has, libraryFrame)
		*p = only
		sum += own
	}
	if sum == 0 {
		return fmt.Errorf("%s: no sample is in code of the program itself, as far as names and files show; name its module with --own=PATH", name)
	}
	rule := "package main, and what is neither in the standard library nor another module"
	if code.Rule() != "" {
		rule = "package main and " + code.Rule()
	}
	noteTo(env.Stderr, []string{fmt.Sprintf("only the program's own code (%s): what it calls counts as its own", rule)})
	return nil
}
