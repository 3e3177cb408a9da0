package layering_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lotteryctl/lotteryctl/internal/layering"
)

const root = "../.."

// bannedPackages load their templates by reflection: the linker then keeps every
// exported method of the program. What we write as HTML and text is written by
// functions, which the compiler checks.
var bannedPackages = []string{"html/template", "text/template"}

// impurePackages reach out of the process; analyze gets readers and values.
var impurePackages = []string{"net", "net/http", "os", "os/exec", "os/signal", "path/filepath", "syscall", "math/rand"}

// The tests below are the purpose of the package.

func TestImportsOfThisRepository(t *testing.T) {
	table, err := layering.ParseTable(plan(t))
	if err != nil {
		t.Fatalf("docs/ARCHITECTURE.md: %v", err)
	}
	imports, err := layering.ReadImports(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	report(t, layering.Check(table, ourModule(t), imports))
	report(t, layering.CheckBanned(imports, bannedPackages, nil))
	report(t, layering.CheckPure(imports, "analyze", impurePackages))
}

// TestFilesOfThisRepository says with -v how many arrows each package has, and
// which of them lie on cycles.
func TestFilesOfThisRepository(t *testing.T) {
	packages := packagesOf(t)
	allowed, err := layering.ParseAllowances(plan(t))
	if err != nil {
		t.Fatalf("docs/ARCHITECTURE.md: %v", err)
	}
	checker := layering.NewChecker(ourModule(t), packages)
	arrows := map[string][]layering.Arrow{}
	for _, pkg := range packages {
		found := checker.Arrows(pkg.Folder)
		arrows[pkg.Folder] = found
		if !testing.Verbose() {
			continue // a test that fails would show it all
		}
		on := layering.OnCycles(found)
		t.Logf("%s: %d files, %d arrows, %d on cycles", pkg.Folder, len(pkg.Lines), len(found), len(on))
		for _, arrow := range on {
			t.Logf("%s: %s -> %s: %s", pkg.Folder, arrow.From, arrow.To, strings.Join(arrow.Uses, " "))
		}
	}
	report(t, layering.CheckCycles(arrows, allowed))
}

func TestSizesOfThisRepository(t *testing.T) {
	large, err := layering.ParseLarge(plan(t))
	if err != nil {
		t.Fatalf("docs/ARCHITECTURE.md: %v", err)
	}
	report(t, layering.CheckSizes(packagesOf(t), large))
}

// TestOneWordOneMeaning: a verdict is what analyze/bench says of a comparison.
// Seven types were called so once.
func TestOneWordOneMeaning(t *testing.T) {
	want := []string{"analyze/bench"}
	if got := layering.FoldersDeclaring(packagesOf(t), "Verdict"); !slices.Equal(got, want) {
		t.Errorf("the type Verdict is declared in %q, want %q: use another word, or shorten the list", got, want)
	}
}

func report(t *testing.T, complaints []string) {
	t.Helper()
	for _, complaint := range complaints {
		t.Errorf("%s (the plan is in docs/ARCHITECTURE.md)", complaint)
	}
}

func packagesOf(t *testing.T) []layering.Package {
	t.Helper()
	packages, err := layering.ReadPackages(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func plan(t *testing.T) string {
	t.Helper()
	document, err := os.ReadFile(root + "/docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}

func ourModule(t *testing.T) string {
	t.Helper()
	gomod, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`(?m)^module (\S+)$`).FindSubmatch(gomod)
	if match == nil {
		t.Fatal("go.mod has no module line")
	}
	return string(match[1])
}
