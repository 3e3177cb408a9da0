package localservices

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Programs are the full paths of the server programs; empty where not asked for.
type Programs struct {
	Redis       string // redis-server or valkey-server
	PostgresBin string // the folder that holds both postgres and initdb
}

// Find looks for what opts asks for and starts nothing. All that is missing is
// named in one *[MissingError], so that one installation is enough.
func Find(opts Options) (Programs, error) {
	dirs := opts.SearchPath
	if dirs == nil {
		dirs = defaultSearchPath()
	}
	var found Programs
	var missing []string
	if opts.Redis {
		if found.Redis = findRedis(dirs); found.Redis == "" {
			missing = append(missing, "redis-server")
		}
	}
	if opts.Postgres {
		if found.PostgresBin = findPostgres(dirs); found.PostgresBin == "" {
			missing = append(missing, "postgres")
		}
	}
	if len(missing) > 0 {
		return Programs{}, newMissingError(missing)
	}
	return found, nil
}

// findRedis prefers Redis over Valkey in each folder, and an earlier folder
// over a later one.
func findRedis(dirs []string) string {
	for _, dir := range dirs {
		for _, name := range []string{"redis-server", "valkey-server"} {
			if path := filepath.Join(dir, name); isProgram(path) {
				return path
			}
		}
	}
	return ""
}

// findPostgres wants postgres and initdb side by side: a pair from two
// installations may differ in version, and initdb would refuse.
func findPostgres(dirs []string) string {
	for _, dir := range dirs {
		if isProgram(filepath.Join(dir, "postgres")) && isProgram(filepath.Join(dir, "initdb")) {
			return dir
		}
	}
	return ""
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// defaultSearchPath is PATH and then the places where distributions put
// servers that they do not want in everybody's PATH.
func defaultSearchPath() []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",          // Debian, Ubuntu
		"/usr/pgsql-*/bin",                   // Fedora and RHEL, from the PostgreSQL project
		"/usr/lib/postgresql*/bin",           // SUSE
		"/usr/libexec/postgresql*",           // Alpine
		"/opt/homebrew/opt/postgresql@*/bin", // Homebrew on Apple silicon
		"/usr/local/opt/postgresql@*/bin",    // Homebrew on Intel
		"/Library/PostgreSQL/*/bin",          // the EDB installer
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		dirs = append(dirs, newestFirst(pattern)...)
	}
	return append(dirs, "/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin",
		"/opt/homebrew/bin", "/usr/local/pgsql/bin", "/snap/bin")
}

// newestFirst expands a pattern, highest version number first: 15 before 9.6.
func newestFirst(pattern string) []string {
	matches, _ := filepath.Glob(pattern) // the patterns are constants and well formed
	slices.SortFunc(matches, func(a, b string) int { return compareVersions(b, a) })
	return matches
}

// compareVersions orders two paths by the first number in them, then by text.
func compareVersions(a, b string) int {
	na, nb := firstNumber(a), firstNumber(b)
	switch {
	case na < nb:
		return -1
	case na > nb:
		return 1
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// firstNumber is the first decimal number in text, 9.6 counting as 9.6, or -1.
func firstNumber(text string) float64 {
	isPart := func(c byte) bool { return c >= '0' && c <= '9' || c == '.' }
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			continue
		}
		end := i
		for end < len(text) && isPart(text[end]) {
			end++
		}
		if n, err := strconv.ParseFloat(text[i:end], 64); err == nil {
			return n
		}
		i = end
	}
	return -1
}
