package localservices

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// MissingError says that a server program is not installed.
type MissingError struct {
	// Programs are the missing programs: "redis-server", "postgres" or both.
	Programs []string
	// Install is the command that installs them on this system, or "" when the
	// system is not one we know.
	Install string
}

// Error is one sentence: what is missing and the command that helps.
func (e *MissingError) Error() string {
	subject, verb, object := strings.Join(e.Programs, " and "), "is", "it"
	if len(e.Programs) > 1 {
		verb, object = "are", "them"
	}
	if e.Install == "" {
		return fmt.Sprintf("%s %s not installed: install %s and put the program's folder into PATH", subject, verb, object)
	}
	return fmt.Sprintf("%s %s not installed: install %s with `%s`", subject, verb, object, e.Install)
}

func newMissingError(missing []string) *MissingError {
	osRelease, _ := os.ReadFile("/etc/os-release") // absent on some systems: then the command stays unknown
	return &MissingError{
		Programs: missing,
		Install:  installCommand(runtime.GOOS, string(osRelease), missing),
	}
}

// packager is one family of distributions: what its install command is and
// what it calls the packages.
type packager struct {
	command  string
	packages map[string]string // by program
}

// packagers is keyed by the ID of /etc/os-release (ID_LIKE is tried after it).
func packagers() map[string]packager {
	apt := packager{"apt-get install -y", map[string]string{"redis-server": "redis-server", "postgres": "postgresql"}}
	dnf := packager{"dnf install -y", map[string]string{"redis-server": "valkey", "postgres": "postgresql-server"}}
	apk := packager{"apk add", map[string]string{"redis-server": "redis", "postgres": "postgresql"}}
	pacman := packager{"pacman -S --noconfirm", map[string]string{"redis-server": "valkey", "postgres": "postgresql"}}
	zypper := packager{"zypper install -y", map[string]string{"redis-server": "redis", "postgres": "postgresql-server"}}
	brew := packager{"brew install", map[string]string{"redis-server": "redis", "postgres": "postgresql@17"}}
	return map[string]packager{
		"debian": apt, "ubuntu": apt, "fedora": dnf, "rhel": dnf, "centos": dnf,
		"alpine": apk, "arch": pacman, "suse": zypper, "opensuse": zypper, "darwin": brew,
	}
}

// installCommand is the command that installs the missing programs, or "" for
// an unknown system.
func installCommand(goos, osRelease string, missing []string) string {
	ids := []string{"darwin"}
	if goos != "darwin" {
		ids = distributionIDs(osRelease)
	}
	known := packagers()
	for _, id := range ids {
		p, ok := known[id]
		if !ok {
			continue
		}
		words := []string{p.command}
		for _, program := range missing {
			words = append(words, p.packages[program])
		}
		return strings.Join(words, " ")
	}
	return ""
}

// distributionIDs reads ID and then ID_LIKE from the text of /etc/os-release
// (os-release(5)): the nearest name first.
func distributionIDs(osRelease string) []string {
	values := map[string]string{}
	for line := range strings.Lines(osRelease) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok {
			values[key] = strings.Trim(value, `"'`)
		}
	}
	return append(strings.Fields(values["ID"]), strings.Fields(values["ID_LIKE"])...)
}
