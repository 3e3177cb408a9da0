package doccheck

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// index is what a package declares: "Name", and "Type.Member" for methods and
// fields.
type index struct {
	names map[string]bool
	// embeds are the types within a type, by its name: their members are its own.
	// One of another package is "".
	embeds map[string][]string
	types  map[string]bool
}

func newIndex() *index {
	return &index{names: map[string]bool{}, embeds: map[string][]string{}, types: map[string]bool{}}
}

// has reports whether the package declares the name, or the type has the member.
func (x *index) has(name string) bool {
	if x.names[name] {
		return true
	}
	owner, member, isMember := strings.Cut(name, ".")
	return isMember && slices.ContainsFunc(x.embeds[owner], func(embedded string) bool {
		return embedded == "" || x.has(embedded+"."+member)
	})
}

// mayHave is has for a Type.Member; it knows nothing against members of what is
// no type of the package.
func (x *index) mayHave(name string) bool {
	owner, _, _ := strings.Cut(name, ".")
	return !x.types[owner] || x.has(name)
}

func (x *index) add(file *ast.File) {
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil && len(d.Recv.List) > 0 {
				name = typeName(d.Recv.List[0].Type) + "." + name
			}
			x.names[name] = true
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				x.addSpec(spec)
			}
		}
	}
}

func (x *index) addSpec(spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, name := range s.Names {
			x.names[name.Name] = true
		}
	case *ast.TypeSpec:
		x.names[s.Name.Name], x.types[s.Name.Name] = true, true
		switch t := s.Type.(type) {
		case *ast.StructType:
			x.addMembers(s.Name.Name, t.Fields)
		case *ast.InterfaceType:
			x.addMembers(s.Name.Name, t.Methods)
		default: // the members, if any, are those of the type it is made from
			x.embeds[s.Name.Name] = append(x.embeds[s.Name.Name], typeName(s.Type))
		}
	}
}

func (x *index) addMembers(owner string, members *ast.FieldList) {
	for _, member := range members.List {
		for _, name := range member.Names {
			x.names[owner+"."+name.Name] = true
		}
		if len(member.Names) > 0 {
			continue
		}
		embedded := typeName(member.Type)
		x.embeds[owner] = append(x.embeds[owner], embedded)
		if embedded != "" {
			x.names[owner+"."+embedded] = true
		}
	}
}

// typeName is the name of a type of the package itself, or "".
func typeName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.ParenExpr:
		return typeName(t.X)
	case *ast.IndexExpr:
		return typeName(t.X)
	case *ast.IndexListExpr:
		return typeName(t.X)
	}
	return ""
}

// standard reads what packages of the standard library declare, each once.
type standard struct {
	read map[string]*index // nil: there is no such package
}

func (s *standard) find(importPath string) *index {
	if known, ok := s.read[importPath]; ok {
		return known
	}
	s.read[importPath] = nil
	folder := filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(importPath))
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	x := newIndex()
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".go" || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, entry.Name()), nil, parser.SkipObjectResolution)
		if err == nil {
			x.add(file)
			s.read[importPath] = x
		}
	}
	return s.read[importPath]
}
