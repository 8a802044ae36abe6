package find

import (
	"strconv"

	"tongban/internal/service/catalogue"
)

// whole are the chapters of the guide of a service. The guide of each of its matters has the rest.
func (g *guideWriter) whole(path func(*catalogue.Matter) string) []chapter {
	s := g.entry.Service
	text := func(key, value string) fact { return fact{g.T(key), []said{{Text: value}}} }
	lead, _ := g.city.Org.Body(s.Lead)
	var with []string
	seen := map[string]bool{s.Lead: true}
	for _, m := range s.Matters {
		if !seen[m.Body] {
			seen[m.Body] = true
			with = append(with, m.Body)
		}
	}
	stage, _ := g.city.Stage(s.Stage)
	basic := chapter{ID: "basic", Title: g.T("find.guide.basic"), Facts: []fact{
		text("find.guide.whole.number", s.Catalogue), text("find.guide.whole.batch", g.Of(s.Batch)), text("find.event.for", g.Of(s.For)), text("find.event.not-for", g.Of(s.NotFor)),
		text("find.guide.whole.stage", g.Of(stage.Name)), {g.T("find.guide.whole.lead"), g.bodies(s.Lead)}, {g.T("find.guide.whole.with"), g.bodies(with...)},
		text("find.guide.whole.level", g.T("catalogue.service.level."+strconv.Itoa(s.Level))), {g.T("find.matter.basis"), []said{g.basis(s.Cite)}},
	}}
	if s.Total != nil {
		basic.Facts = append(basic.Facts, fact{g.T("find.event.total"), []said{g.limit(s.Total)}})
	}
	var refused, matters, faq []item
	for _, r := range s.Refusals {
		refused = append(refused, item{Title: g.Of(r.Text), Facts: []fact{text("find.guide.instead", g.Of(r.Instead)), {g.T("find.matter.basis"), []said{g.basis(r.Cite)}}}})
	}
	var asked []said
	for _, q := range s.Questions {
		asked = append(asked, said{Text: g.Of(q.Text), Note: g.Of(q.Why)})
	}
	for i := range s.Matters {
		m := &s.Matters[i]
		matters = append(matters, item{Title: strconv.Itoa(i+1) + ". " + g.Of(m.Name), Note: g.words.BodyName(m.Body), Facts: g.brief(s, m, path(m))})
		faq = append(faq, g.questions(m.Questions)...)
	}
	return []chapter{
		basic,
		{ID: "conditions", Title: g.T("find.guide.refused"), Items: refused},
		{ID: "questions", Title: g.T("find.guide.asked"), Lead: g.T("find.guide.asked.lead"), Lines: asked},
		{ID: "matters", Title: g.T("find.guide.matters"), Lead: g.T("find.guide.matters.lead"), Items: matters},
		{ID: "materials", Title: g.T("find.guide.materials"), Lead: g.T("find.guide.materials.lead"), Items: g.materialItems()},
		{ID: "contact", Title: g.T("find.guide.contact"), Facts: []fact{
			text("find.office.body", g.Of(lead.Name)), text("find.guide.ask", lead.Contact), text("find.office.address", g.Of(lead.Address)), text("find.office.hours", g.Of(lead.Hours)),
		}},
		{ID: "faq", Title: g.T("find.guide.faq"), Items: faq},
		{ID: "provisions", Title: g.T("find.guide.provisions"), Items: g.provisions()},
		{ID: "edition", Title: g.T("find.guide.edition"), Lines: g.edition()},
	}
}

// brief is one of the matters of a service, in what people compare them by.
func (g *guideWriter) brief(s *catalogue.Service, m *catalogue.Matter, path string) []fact {
	facts := []fact{{g.T("find.guide.plain"), []said{{Text: g.Of(m.Plain)}}}}
	if m.When != "" {
		facts = append(facts, fact{g.T("find.guide.when"), []said{{Text: g.Of(m.Why)}}})
	}
	if len(m.After) > 0 {
		var names []string
		for _, a := range m.After {
			names = append(names, g.words.Matter(s, a.Matter))
		}
		facts = append(facts, fact{g.T("find.guide.after"), []said{{Text: g.List(names)}}})
	}
	facts = append(facts, fact{g.T("find.matter.statutory"), []said{g.limit(m.Statutory)}})
	if m.Promised != nil {
		facts = append(facts, fact{g.T("find.matter.promised"), []said{g.limit(m.Promised)}})
	}
	facts = append(facts, fact{g.T("find.matter.fee"), g.fees(m)}, fact{g.T("find.matter.visits"), []said{{Text: g.words.Visits(m.Visits), Note: g.Of(m.VisitWhy)}}})
	if m.Result != nil {
		facts = append(facts, fact{g.T("find.matter.result"), []said{{Text: g.Of(m.Result.Name)}}})
	}
	return append(facts, fact{g.T("find.guide.title"), []said{{Text: g.T("find.guide.of", "name", g.Of(m.Name)), Link: path, Own: true}}})
}
