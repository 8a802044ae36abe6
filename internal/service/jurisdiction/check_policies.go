package jurisdiction

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/access"
)

// policies checks the access policies, which the gate will read from the same files.
func (l *loader) policies() {
	sub, err := fs.Sub(l.dir, "policies")
	if err != nil {
		l.onFile("policies", strictyaml.Say("读不了:%v", "cannot be read: %v", err), strictyaml.Say("检查路径和权限", "check the path and the permissions"))
		return
	}
	l.city.Policies = sub
	policies, cs := access.Compile(sub, l.city.Law)
	for _, c := range cs {
		c.File = path.Join(l.name, "policies", c.File)
		c.Line, c.Col = max(c.Line, 1), max(c.Col, 1)
		if c.Remedy.Empty() {
			c.Remedy = strictyaml.Say("按 Cedar 语法改正这一行", "mend this line after the syntax of Cedar")
		}
		l.complain(c)
	}
	if len(l.purposes) == 0 {
		return // that the file is missing is said already
	}
	known := make([]string, len(l.purposes))
	for i, purpose := range l.purposes {
		known[i] = purpose.value.ID
		if of := purpose.value.Of; !of.Empty() && (!strings.Contains(of.ZH, "{service}") || !strings.Contains(of.EN, "{service}")) {
			l.complain(purpose.src.Complain(purpose.path+".of",
				strictyaml.Say("没有写 {service}", "the sentence does not name the {service}"),
				strictyaml.Say("在中英文里都写上 {service}，或者删去 of", "write {service} in both languages, or delete of")))
		}
	}
	if policies == nil {
		return
	}
	named := map[string]bool{}
	for _, p := range policies.All() {
		named[p.Purpose] = true
		if !slices.Contains(known, p.Purpose) {
			l.complain(Complaint{File: path.Join(l.name, "policies", p.File), Line: p.Line, Col: 1,
				What:   strictyaml.Say("没有用途 %q", "there is no purpose %q", p.Purpose),
				Remedy: strictyaml.DidYouMean(p.Purpose, known, strictyaml.Say("用途", "purposes"))})
		}
	}
	for _, id := range access.Purposes {
		if !named[id] && !slices.Contains(known, id) {
			l.onFile("purposes.yaml", strictyaml.Say("缺少用途 %q，平台自己要用", "the purpose %q is missing, which the platform itself states", id),
				strictyaml.Say("补上这个用途", "add it"))
		}
	}
}
