package bench

import "strings"

// splitProcs splits "Draw/step=pool-5" into "Draw/step=pool" and "-5".
func splitProcs(name string) (prefix, suffix string) {
	digits := len(name) - len(strings.TrimRight(name, "0123456789"))
	hyphen := len(name) - digits - 1
	if digits == 0 || hyphen < 0 || name[hyphen] != '-' {
		return name, ""
	}
	return name[:hyphen], name[hyphen:]
}
