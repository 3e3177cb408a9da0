package runfolder

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/lotteryctl/lotteryctl/loadgen"
)

// ReadTimeline reads the timeline of a round; none if the folder has none of it,
// as those that older versions wrote. A line that cannot be read is an error.
func ReadTimeline(folder fs.FS, r *Round) ([]loadgen.Slice, error) {
	dir := path.Join(armsDir, r.Arm, fmt.Sprintf("round-%d", r.Round))
	if r.Repeated {
		dir += fmt.Sprintf(".repeated-%d", r.Repeat+1)
	}
	return readTimeline(folder, path.Join(dir, timelineFile))
}

// ReadProfiledTimeline is ReadTimeline of a profiled run.
func ReadProfiledTimeline(folder fs.FS, p *Profiled) ([]loadgen.Slice, error) {
	return readTimeline(folder, path.Join(armsDir, p.Arm, fmt.Sprintf("%s%d", profilePrefix, p.Round.Round), timelineFile))
}

func readTimeline(folder fs.FS, name string) ([]loadgen.Slice, error) {
	file, err := folder.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	}
	defer file.Close()
	slices, err := readSlices(file)
	if err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	return slices, nil
}

// readSlices reads lines of JSON, each a slice that begins where the one before
// ended.
func readSlices(r io.Reader) (slices []loadgen.Slice, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		var s loadgen.Slice
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf(":%d: %w", n, err)
		}
		if s.Width <= 0 || s.At != end(slices) || s.At+s.Width < s.At {
			return nil, fmt.Errorf(":%d: the slice does not begin where the one before ends", n)
		}
		if slices = append(slices, s); len(slices) > loadgen.MaxSlices+1 {
			return nil, fmt.Errorf(":%d: there are more than %d slices", n, loadgen.MaxSlices)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	return slices, nil
}

// end is where the next slice begins.
func end(slices []loadgen.Slice) time.Duration {
	if n := len(slices); n > 0 {
		return slices[n-1].At + slices[n-1].Width
	}
	return 0
}
