package law

import (
	"path"
	"strings"
	"time"

	"tongban/internal/platform/strictyaml"
)

var day = strictyaml.Rule{
	Pattern: `[0-9]{4}-[0-9]{2}-[0-9]{2}`,
	Valid: func(s string) bool {
		_, err := time.Parse("2006-01-02", s)
		return err == nil
	},
	Shape: strictyaml.Say("日期,如 2026-03-02", "a day such as 2026-03-02"),
}

var certainty = strictyaml.Rule{
	OneOf: []string{string(Verified), string(Secondary), string(Computed), string(Known)},
}

// Grammar is what the files under law/ must look like.
func Grammar() []strictyaml.Rules {
	return []strictyaml.Rules{
		strictyaml.For[File](map[string]strictyaml.Rule{
			"edition": day, "until": day, "certainty": certainty, "provisions": {Least: 1},
		}),
		strictyaml.For[Provision](map[string]strictyaml.Rule{
			"id": {
				Pattern: `[a-z][a-z0-9-]*\.[0-9a-z][0-9a-z.-]*`,
				Shape:   strictyaml.Say("法律短名加点加条号,如 licence-law.42", "the law's short name, a dot and the article, such as licence-law.42"),
			},
			"certainty": certainty,
		}),
	}
}

// Load binds the files under law/ into a book and says everything that is wrong with them.
func Load(files []*strictyaml.Source) (*Book, []strictyaml.Complaint) {
	var complaints []strictyaml.Complaint
	g := strictyaml.NewGrammar(Grammar()...)
	seen := map[string]strictyaml.Place{}
	in := map[string]string{}
	all := make([]File, len(files))
	for i, src := range files {
		f := &all[i]
		complaints = append(complaints, src.Decode(f, g)...)
		prefix := strings.TrimSuffix(path.Base(src.File()), ".yaml") + "."
		for j, p := range f.Provisions {
			at := strictyaml.Item("provisions", j) + ".id"
			if !src.Has(at) {
				continue
			}
			if first, twice := seen[p.ID]; twice {
				complaints = append(complaints, src.Complain(at,
					strictyaml.Say("条文编号 %q 重复", "provision %q stands twice", p.ID),
					strictyaml.Say("换一个编号;已在 %[1]s 第 %[2]d 行", "give it another id; the first is in %[1]s, line %[2]d", in[p.ID], first.Line)))
				continue
			}
			seen[p.ID], in[p.ID] = src.At(at), src.File()
			if !strings.HasPrefix(p.ID, prefix) && strings.Contains(p.ID, ".") {
				complaints = append(complaints, src.Complain(at,
					strictyaml.Say("条文编号 %q 不属于这个文件", "provision %q does not belong to this file", p.ID),
					strictyaml.Say("编号以文件名开头:%s…", "begin the id with the name of the file: %s…", prefix)))
			}
		}
	}
	return NewBook(all...), complaints
}
