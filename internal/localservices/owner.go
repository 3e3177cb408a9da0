package localservices

import (
	"encoding/json"
	"fmt"
)

const (
	folderPrefix = "lotteryctl-services-"
	ownerFile    = "owner.json"
	ownerVersion = 1
)

// process names a process beyond doubt: the kernel reuses process ids, but not
// together with the same start time.
type process struct {
	PID   int    `json:"pid"`
	Start string `json:"start"` // as processStart gives it
}

// alive reports whether exactly this process still runs.
func (p process) alive() bool {
	start, ok := processStart(p.PID)
	return ok && start == p.Start
}

// ownerRecord is the content of owner.json: who made the folder and which
// servers run in it. It is read by the sweep of a later Start.
type ownerRecord struct {
	Version int                `json:"version"`
	Owner   process            `json:"owner"`
	Servers map[string]process `json:"servers"`
}

// parseOwner reads an owner.json and refuses one that names no process.
func parseOwner(data []byte) (ownerRecord, error) {
	var r ownerRecord
	if err := json.Unmarshal(data, &r); err != nil {
		return ownerRecord{}, err
	}
	if r.Version != ownerVersion {
		return ownerRecord{}, fmt.Errorf("version %d is not known", r.Version)
	}
	// Process 1 and below are never ours: to kill, 0 and -1 mean whole groups.
	if r.Owner.PID <= 1 {
		return ownerRecord{}, fmt.Errorf("owner has the process id %d", r.Owner.PID)
	}
	for name, p := range r.Servers {
		if p.PID <= 1 {
			return ownerRecord{}, fmt.Errorf("server %s has the process id %d", name, p.PID)
		}
	}
	return r, nil
}
