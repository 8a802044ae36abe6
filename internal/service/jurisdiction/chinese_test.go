package jurisdiction

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Whatever the calendar can complain about has its Chinese.
func TestCalendarPhrases(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "../deadline/calendar.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	verb := regexp.MustCompile(`%[qsd]`)
	sample := func(format string) string {
		return verb.ReplaceAllStringFunc(format, func(v string) string {
			return map[string]string{"%q": `"02-30"`, "%s": "2026-02-14", "%d": "2026"}[v]
		})
	}
	found := 0
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "NewCalendar" && fn.Name.Name != "apply" && fn.Name.Name != "parseRange" {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !strings.Contains(text, " ") {
				return true
			}
			if text == "write " || strings.HasPrefix(text, ", and count on") {
				text = "write 2026.1, and count on with every change"
			}
			found++
			if got := translate(sample(text)); strings.HasPrefix(got.ZH, "日历有误") {
				t.Errorf("no Chinese for %q", text)
			}
			return true
		})
	}
	if found < 20 {
		t.Errorf("found only %d phrases in the calendar: the test looks in the wrong place", found)
	}
}
