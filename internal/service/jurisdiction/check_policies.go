package jurisdiction

import (
	"io/fs"
	"path"
	"slices"

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
	if policies == nil || len(l.purposes) == 0 {
		return
	}
	for _, p := range policies.All() {
		known := make([]string, len(l.purposes))
		for i, purpose := range l.purposes {
			known[i] = purpose.value.ID
		}
		if !slices.Contains(known, p.Purpose) {
			l.complain(Complaint{File: path.Join(l.name, "policies", p.File), Line: p.Line, Col: 1,
				What:   strictyaml.Say("没有用途 %q", "there is no purpose %q", p.Purpose),
				Remedy: strictyaml.DidYouMean(p.Purpose, known, strictyaml.Say("用途", "purposes"))})
		}
	}
}
