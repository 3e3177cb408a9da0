package loadcmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lotteryctl/lotteryctl/internal/runfolder"
)

// takeUp reads the interrupted run and sets its flags as if they had been typed
// again. What is typed now wins; it is needed for values that run.json does not
// keep because they may be secret. That nothing changed which matters is
// checked when the folder is opened.
func takeUp(cmd *cobra.Command, o *benchOptions) (*resumption, error) {
	manifest, path, err := runfolder.Unfinished(o.resume)
	if err != nil {
		return nil, err
	}
	if !manifest.Resumable() {
		return nil, fmt.Errorf("%s was written by `%s %s`, which cannot be resumed; run that command again", path, manifest.Command[0], manifest.Command[1])
	}
	typed := map[string]bool{}
	for _, f := range storedFlags(manifest.Command) {
		if cmd.Flags().Changed(f.name) {
			typed[f.name] = true
		}
	}
	for _, f := range storedFlags(manifest.Command) {
		if typed[f.name] || f.name == "out" || f.name == "resume" {
			continue
		}
		if f.hidden() {
			return nil, fmt.Errorf("the run does not store the value of --%s, because it may be a secret; give --%s again", f.name, f.name)
		}
		if err := cmd.Flags().Set(f.name, f.value); err != nil {
			return nil, fmt.Errorf("%s has a flag of another version of lotteryctl: %w", path, err)
		}
	}
	return &resumption{path, manifest}, nil
}

// storedFlag is a flag as redactArgs wrote it.
type storedFlag struct{ name, value string }

// storedFlags reads the flags of a command line in run.json.
func storedFlags(command []string) (flags []storedFlag) {
	for i := 0; i < len(command); i++ {
		name, ok := strings.CutPrefix(command[i], "--")
		if !ok {
			continue
		}
		name, value, joined := strings.Cut(name, "=")
		if !joined && i+1 < len(command) {
			i++
			value = command[i]
		}
		flags = append(flags, storedFlag{name, value})
	}
	return flags
}

// hidden reports whether redactArgs may have taken something out of the value.
func (f storedFlag) hidden() bool {
	if f.name == "body" {
		return !strings.HasPrefix(f.value, "@")
	}
	return slices.Contains([]string{"header", "profile-header", "url", "metrics-url", "ready-url", "profile-url", "redis", "postgres", "arm", "lotteryd-arm"}, f.name) &&
		strings.Contains(f.value, "***")
}

// openFolder begins the run folder, or opens the one to go on with.
func (b *benchRun) openFolder(out string, m runfolder.Manifest) (*runfolder.Folder, error) {
	if b.resumed == nil {
		folder, err := runfolder.Create(out, m)
		if err != nil {
			return nil, fmt.Errorf("--out: %w", err)
		}
		return folder, nil
	}
	folder, err := runfolder.Resume(b.options.resume, m)
	if err != nil {
		return nil, fmt.Errorf("--resume: %w", err)
	}
	return folder, nil
}
