package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tongban/internal/security/access"
)

const root = "../.."

// floors are the floors of the house from below; a package imports only lower floors, and on its own
// floor only what beside lists.
var floors = []string{"internal/platform", "internal/security", "internal/data", "internal/service", "internal/api", "internal/web", "internal/app", "cmd"}

// beside lists the imports on the same floor, one line a package. A line that is no longer used is
// deleted.
var beside = map[string][]string{
	"internal/platform/fault": {"lang"}, "internal/platform/strictyaml": {"lang"}, "internal/platform/decision": {"fault", "lang"}, "internal/platform/db": {"fault"},
	"internal/platform/job": {"db", "fault", "ref"}, "internal/platform/blob": {"fault", "ref"}, "internal/platform/tlog": {"db", "fault"}, "internal/platform/dmn": {"decision", "lang"},
}

type file struct {
	path string // from the root, with slashes
	pkg  string // folder
	ast  *ast.File
}

func sources(t *testing.T) []file {
	t.Helper()
	var all []file
	fset := token.NewFileSet()
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			rel = filepath.ToSlash(rel)
			all = append(all, file{path: rel, pkg: rel[:strings.LastIndex(rel, "/")], ast: f})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 50 {
		t.Fatalf("found only %d source files: the rules were not tested", len(all))
	}
	return all
}

func floor(pkg string) int {
	return slices.IndexFunc(floors, func(f string) bool { return pkg == f || strings.HasPrefix(pkg, f+"/") })
}

func imports(f file) []string {
	var own []string
	for _, i := range f.ast.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		if in, ok := strings.CutPrefix(path, "tongban/"); ok {
			own = append(own, in)
		}
	}
	return own
}

func TestImportsPointDown(t *testing.T) {
	for _, f := range sources(t) {
		from := floor(f.pkg)
		if from < 0 || strings.HasPrefix(f.pkg, "internal/testkit") {
			continue
		}
		for _, to := range imports(f) {
			if strings.HasPrefix(to, "internal/testkit") {
				t.Errorf("%s imports %s, which is for tests", f.path, to)
			}
			if at := floor(to); at > from {
				t.Errorf("%s imports %s, which is above it", f.path, to)
			}
		}
	}
}

func TestFloorOneKnowsOnlyItsListedNeighbours(t *testing.T) {
	used := map[string]map[string]bool{}
	for _, f := range sources(t) {
		if !strings.HasPrefix(f.pkg, "internal/platform/") {
			continue
		}
		for _, to := range imports(f) {
			name, ok := strings.CutPrefix(to, "internal/platform/")
			if !ok || strings.HasPrefix(to, f.pkg+"/") {
				continue
			}
			if used[f.pkg] == nil {
				used[f.pkg] = map[string]bool{}
			}
			used[f.pkg][name] = true
			if !slices.Contains(beside[f.pkg], name) {
				t.Errorf("%s imports %s, which is not listed for it", f.path, name)
			}
		}
	}
	for pkg, names := range beside {
		for _, name := range names {
			if !used[pkg][name] {
				t.Errorf("%s no longer imports %s: delete it from the list", pkg, name)
			}
		}
	}
}

func TestEveryPackageSaysOnceWhatItIs(t *testing.T) {
	comments := map[string]int{}
	for _, f := range sources(t) {
		if strings.HasSuffix(f.path, "_templ.go") {
			continue
		}
		n := comments[f.pkg]
		if f.ast.Doc != nil {
			n++
		}
		comments[f.pkg] = n
	}
	for pkg, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, want one", pkg, n)
		}
	}
}

var table = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+([a-z]+)_[a-z_]+\b`)

// TestTablesHaveOneOwner keeps SQL on tables that bear the package's name, with no join across owners.
func TestTablesHaveOneOwner(t *testing.T) {
	seen := 0
	for _, f := range sources(t) {
		owner := f.pkg[strings.LastIndex(f.pkg, "/")+1:]
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			for _, m := range table.FindAllStringSubmatch(lit.Value, -1) {
				seen++
				if m[1] != owner && m[1] != "sqlite" && m[1] != "goose" && m[1] != "pg" && m[1] != "information" {
					t.Errorf("%s asks a table of %s", f.path, m[1])
				}
			}
			return true
		})
	}
	if seen < 30 {
		t.Fatalf("saw only %d table names: the rule was not tested", seen)
	}
}

// TestStatesChangeByTransitionOnly: one statement writes a matter's state.
func TestStatesChangeByTransitionOnly(t *testing.T) {
	writes := regexp.MustCompile(`UPDATE casework_matter SET`)
	var places []string
	for _, f := range sources(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && writes.MatchString(lit.Value) {
				places = append(places, f.path)
			}
			return true
		})
	}
	if len(places) != 1 || places[0] != "internal/service/casework/store.go" {
		t.Errorf("a matter is updated in %v, want once, in casework/store.go", places)
	}
}

// TestTimeIsGiven: only the outermost packages ask the machine what time it is.
func TestTimeIsGiven(t *testing.T) {
	for _, f := range sources(t) {
		// db measures how long a turn takes, which no one could give it; no such time is ever kept.
		if f.pkg == "internal/app" || f.pkg == "internal/platform/db" || f.pkg == "internal/platform/telemetry" || strings.HasPrefix(f.pkg, "cmd/") || strings.HasPrefix(f.pkg, "internal/testkit") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Now" {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" {
					t.Errorf("%s calls time.Now; take it as a value", f.path)
				}
			}
			return true
		})
	}
}

func TestNoInit(t *testing.T) {
	for _, f := range sources(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function", f.path)
			}
		}
	}
}

// TestHTTPStaysAbove: what a status code is, only web and api know.
func TestHTTPStaysAbove(t *testing.T) {
	allowed := []string{
		"internal/platform/tlog",      // tiles are served as the standard says
		"internal/platform/telemetry", // counts requests
		"internal/security/identity",  // passkeys read requests
	}
	for _, f := range sources(t) {
		if at := floor(f.pkg); at < 0 || at > 3 || slices.Contains(allowed, f.pkg) {
			continue
		}
		for _, i := range f.ast.Imports {
			if i.Path.Value == `"net/http"` {
				t.Errorf("%s imports net/http below the pages", f.path)
			}
		}
	}
}

// TestSizes: beyond these sizes look for the second noun.
func TestSizes(t *testing.T) {
	const fileLines, packageLines = 600, 2500
	larger := map[string]int{
		"internal/api":                  5000, // one operation after the other, each with its types and words
		"internal/platform/decision":    3000, // one mechanism: what a condition may be, its diagram, what is proved of it, and how it is written
		"internal/service/jurisdiction": 3100, // one check after the other, each with its complaint in two languages
		"internal/service/guide":        3000, // likewise
	}
	packages := map[string]int{}
	for _, f := range sources(t) {
		if strings.HasSuffix(f.path, "_templ.go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, f.path))
		if err != nil {
			t.Fatal(err)
		}
		n := strings.Count(string(data), "\n")
		packages[f.pkg] += n
		if n > fileLines {
			t.Errorf("%s has %d lines, more than %d", f.path, n, fileLines)
		}
	}
	for pkg, n := range packages {
		if n > max(packageLines, larger[pkg]) {
			t.Errorf("%s has %d lines, more than %d", pkg, n, packageLines)
		}
	}
}

// TestNobodyGoesAroundTheGate: a transaction under the gate, or a view, carries the raw one inside. Only the
// gate takes it out: with it somebody could change something before the first permit.
func TestNobodyGoesAroundTheGate(t *testing.T) {
	for _, f := range sources(t) {
		if f.pkg == "internal/security/access" || strings.HasPrefix(f.pkg, "internal/platform/") {
			continue
		}
		for _, at := range rawTransactions(f.ast) {
			t.Errorf("%s takes the raw transaction out with %s; hand on the access.Tx or View itself", f.path, at)
		}
	}
}

// rawTransactions lists where a file looks into a transaction or view, or asks whether one is raw.
func rawTransactions(f *ast.File) (found []string) {
	packages := map[string]bool{}
	for _, i := range f.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		packages[path[strings.LastIndex(path, "/")+1:]] = true
	}
	named := func(e ast.Expr) bool { // db.Tx, access.Tx, sql.Tx: a type and nothing inside a value
		x, ok := e.(*ast.Ident)
		return ok && packages[x.Name]
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if (n.Sel.Name == "Tx" || n.Sel.Name == "Queryer") && !named(n.X) {
				found = append(found, "."+n.Sel.Name)
			}
		case *ast.TypeAssertExpr:
			if star, ok := n.Type.(*ast.StarExpr); ok {
				if s, ok := star.X.(*ast.SelectorExpr); ok && s.Sel.Name == "Tx" {
					found = append(found, "a type assertion")
				}
			}
		}
		return true
	})
	return found
}

// TestRawTransactionsAreSeen proves that the rule above can fail.
func TestRawTransactionsAreSeen(t *testing.T) {
	const source = `package p
import ("tongban/internal/platform/db"; "tongban/internal/security/access")
func f(tx *access.Tx, v *access.View, q db.Queryer) { use(tx.Tx); use(v.Queryer); _ = q.(*db.Tx); use(db.Queryer(tx)) }`
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rawTransactions(f), []string{".Tx", ".Queryer", "a type assertion"}; !slices.Equal(got, want) {
		t.Errorf("saw %q, want %q", got, want)
	}
}

// TestPurposesAreKnown: what the program states as a purpose is on the list that every jurisdiction must name.
func TestPurposesAreKnown(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range sources(t) {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			pair, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			value := pair.Value
			if sum, ok := value.(*ast.BinaryExpr); ok { // "casework:" + service
				value = sum.X
			}
			key, isName := pair.Key.(*ast.Ident)
			lit, isText := value.(*ast.BasicLit)
			if !isName || key.Name != "Purpose" || !isText {
				return true
			}
			purpose, _ := strconv.Unquote(lit.Value)
			purpose, _, _ = strings.Cut(purpose, ":")
			seen[purpose] = true
			if !slices.Contains(access.Purposes, purpose) {
				t.Errorf("%s states the purpose %q, which is not in access.Purposes", f.path, purpose)
			}
			return true
		})
	}
	for _, p := range access.Purposes {
		if !seen[p] {
			t.Errorf("nothing states the purpose %q: delete it from access.Purposes", p)
		}
	}
}
