package layering

import (
	"go/ast"
	"go/build"
	"go/types"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Arrow says that one file of a package uses what another one declares.
type Arrow struct {
	From, To string   // names of the files
	Uses     []string // functions, types, variables, constants, and methods as Type.Method; sorted
}

// Checker finds arrows. It reads each package once and is for one goroutine.
type Checker struct {
	module   string
	packages map[string]Package // by folder
	imported map[string]*types.Package
}

// NewChecker makes a checker of packages that belong to one module.
func NewChecker(module string, packages []Package) *Checker {
	c := &Checker{module: module, packages: map[string]Package{}, imported: map[string]*types.Package{"unsafe": types.Unsafe}}
	for _, pkg := range packages {
		c.packages[pkg.Folder] = pkg
	}
	return c
}

// Arrows returns the arrows between the files of a package, ordered by file.
//
// It asks go/types what each identifier means, with packages of ours and a few
// of the standard library as they are and all others empty. That needs no
// compiled dependency and takes milliseconds; what it cannot see is a method of
// the package's own type on a value that came out of an outside generic call.
func (c *Checker) Arrows(folder string) []Arrow {
	pkg := c.packages[folder]
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: c, FakeImportC: true, Error: func(error) {}}
	checked, _ := conf.Check(folder, pkg.fset, pkg.files, info) // errors are those of the empty packages

	type pair struct{ from, to string }
	uses := map[pair][]string{}
	for ident, object := range info.Uses {
		name := declaredName(checked, object)
		if name == "" {
			continue
		}
		p := pair{pkg.fset.Position(ident.Pos()).Filename, pkg.fset.Position(object.Pos()).Filename}
		if p.from != p.to {
			uses[p] = append(uses[p], name)
		}
	}
	var arrows []Arrow
	for p, names := range uses {
		slices.Sort(names)
		arrows = append(arrows, Arrow{From: p.from, To: p.to, Uses: slices.Compact(names)})
	}
	slices.SortFunc(arrows, func(a, b Arrow) int {
		return strings.Compare(a.From+"\n"+a.To, b.From+"\n"+b.To)
	})
	return arrows
}

// declaredName is empty unless the package itself declares the object at its top
// level, or as a method of a type there. Fields go with their type.
func declaredName(pkg *types.Package, object types.Object) string {
	if object.Pkg() != pkg || !object.Pos().IsValid() {
		return ""
	}
	if object.Parent() == pkg.Scope() {
		return object.Name()
	}
	function, ok := object.(*types.Func)
	if !ok || function.Signature().Recv() == nil {
		return ""
	}
	receiver := function.Signature().Recv().Type()
	if pointer, ok := receiver.(*types.Pointer); ok {
		receiver = pointer.Elem()
	}
	if named, ok := receiver.(*types.Named); ok {
		return named.Obj().Name() + "." + function.Name()
	}
	return function.Name()
}

// isGeneric reports whether a standard package has functions that hand back
// values of the caller's own types: the checker has to know their declarations.
func isGeneric(importPath string) bool {
	return slices.Contains([]string{"cmp", "iter", "maps", "slices", "sync", "sync/atomic"}, importPath)
}

// Import is called by go/types.
func (c *Checker) Import(importPath string) (*types.Package, error) {
	if done := c.imported[importPath]; done != nil {
		return done, nil
	}
	pkg, known := c.packages[strings.TrimPrefix(importPath, c.module+"/")]
	if isGeneric(importPath) {
		var err error
		if pkg, err = readPackage(os.DirFS(path.Join(build.Default.GOROOT, "src")), importPath); err != nil {
			return nil, err
		}
		known = true
	}
	// Also what a package sees of one that imports it in turn, of which Check
	// complains: without this, two such packages would be read for ever.
	empty := types.NewPackage(importPath, packageName(importPath))
	empty.MarkComplete()
	c.imported[importPath] = empty
	if !known {
		return empty, nil
	}
	conf := types.Config{Importer: c, FakeImportC: true, IgnoreFuncBodies: true, Error: func(error) {}}
	checked, _ := conf.Check(importPath, pkg.fset, pkg.files, nil)
	checked.MarkComplete()
	c.imported[importPath] = checked
	return checked, nil
}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// packageName guesses the name of an outside package from its path.
func packageName(importPath string) string {
	return path.Base(majorVersion.ReplaceAllString(importPath, ""))
}

var _ types.Importer = (*Checker)(nil)
