package interchange

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"unicode"

	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// vocabularies are the prefixes of the JSON-LD; nothing has to be fetched to read it.
var vocabularies = map[string]string{
	"adms": "http://www.w3.org/ns/adms#", "cpsv": "http://purl.org/vocab/cpsv#", "cv": "http://data.europa.eu/m8g/", "dcat": "http://www.w3.org/ns/dcat#",
	"dct": "http://purl.org/dc/terms/", "eli": "http://data.europa.eu/eli/ontology#", "foaf": "http://xmlns.com/foaf/0.1/", "locn": "http://www.w3.org/ns/locn#",
	"org": "http://www.w3.org/ns/org#", "skos": "http://www.w3.org/2004/02/skos/core#", "time": "http://www.w3.org/2006/time#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}

const (
	chinese  = "http://publications.europa.eu/resource/authority/language/ZHO"
	english  = "http://publications.europa.eu/resource/authority/language/ENG"
	currency = "http://publications.europa.eu/resource/authority/currency/CNY"
)

// node is one resource of the graph.
type node map[string]any

// graph collects resources, each once.
type graph struct {
	*Standard
	base  string
	city  *jurisdiction.City
	nodes []node
	known map[string]bool
}

// WriteCPSVAP writes the catalogue of a city as CPSV-AP 3.2 in JSON-LD. Services and matters are public
// services alike; their addresses begin with base.
func (s *Standard) WriteCPSVAP(w io.Writer, city *jurisdiction.City, base string) error {
	g := &graph{Standard: s, base: base, city: city, known: map[string]bool{}}
	g.dataset()
	for _, id := range city.ServiceIDs() {
		g.service(city.Services[id])
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(map[string]any{"@context": vocabularies, "@graph": g.nodes})
}

func (g *graph) iri(parts ...string) string {
	at := g.base
	for i, p := range parts {
		if i > 0 {
			at += "/"
		}
		at += url.PathEscape(p)
	}
	return at
}

// add puts a resource into the graph, unless it is there, and refers to it.
func (g *graph) add(iri string, class any, about node) node {
	if !g.known[iri] {
		g.known[iri] = true
		all := node{"@id": iri, "@type": class}
		for k, v := range about {
			if list, ok := v.([]node); !ok || len(list) > 0 {
				all[k] = v
			}
		}
		g.nodes = append(g.nodes, all)
	}
	return node{"@id": iri}
}

// words are a text in its languages.
func words(t lang.Text) []node {
	var all []node
	if t.ZH != "" {
		all = append(all, node{"@value": t.ZH, "@language": string(lang.ZH)})
	}
	if t.EN != "" {
		all = append(all, node{"@value": t.EN, "@language": string(lang.EN)})
	}
	return all
}

func (g *graph) concept(name lang.Text, parts ...string) node {
	return g.add(g.iri(parts...), "skos:Concept", node{"skos:prefLabel": words(name)})
}

func (g *graph) dataset() node {
	return g.add(g.base, "dcat:Dataset", node{
		"dct:title": words(g.city.Host.Title), "dct:description": words(g.city.Name), "dct:publisher": g.publisher(), "adms:versionNotes": g.city.Edition,
	})
}

// publisher is the body that answers for the site, as an agent.
func (g *graph) publisher() node {
	return g.add(g.iri("publisher"), "foaf:Agent", node{"dct:identifier": g.city.Host.Body, "dct:title": words(g.city.Host.Operator)})
}

func (g *graph) place() node {
	return g.add(g.iri("places", g.city.Region), "dct:Location", node{"dct:identifier": g.city.Region, "skos:prefLabel": words(g.city.Name)})
}

func (g *graph) body(id string) node {
	b, _ := g.city.Org.Body(id)
	return g.add(g.iri("bodies", id), "cv:PublicOrganisation", g.organisation(b))
}

func (g *graph) organisation(b org.Body) node {
	return node{"dct:identifier": b.USCC, "skos:prefLabel": words(b.Name), "skos:altLabel": words(b.Short), "dct:description": words(b.Duties), "dct:spatial": g.place()}
}

// languages in which everything is told.
func (g *graph) languages() []node {
	return []node{g.add(chinese, "dct:LinguisticSystem", nil), g.add(english, "dct:LinguisticSystem", nil)}
}

// channel is the site itself.
func (g *graph) channel() node {
	return g.add(g.iri("channels", "site"), "cv:Channel", node{"dct:identifier": "site", "dct:description": words(g.city.Host.Title)})
}

func (g *graph) service(e *jurisdiction.Entry) node {
	s := e.Service
	at := []string{"services", s.ID}
	about := node{
		"dct:identifier": s.ID, "dct:title": words(s.Name), "dct:description": words(s.Summary), "cv:hasCompetentAuthority": g.body(s.Lead), "dct:spatial": g.place(),
		"dct:isPartOf": node{"@id": g.base}, "dct:language": g.languages(), "dct:audience": g.add(g.iri("audiences", string(s.Audience)), "skos:Concept", node{"skos:notation": string(s.Audience)}),
		"cv:hasChannel": []node{g.channel()}, "cv:hasLegalResource": g.laws(s.Cite), "dcat:keyword": keywords(s.Keywords), "adms:versionNotes": e.Edition,
	}
	if stage, ok := g.city.Stage(s.Stage); ok {
		about["cv:isGroupedBy"] = g.event(stage)
	}
	var related, parts, requirements []node
	for _, id := range s.Related {
		if _, ok := g.city.Service(id); ok {
			related = append(related, node{"@id": g.iri("services", id)})
		}
	}
	for _, r := range s.Refusals {
		requirements = append(requirements, g.add(g.iri(append(at, "requirements", r.ID)...), "cv:Requirement", node{"dct:identifier": s.ID + "/" + r.ID, "dct:title": words(r.Text), "dct:description": words(r.Instead)}))
	}
	for i := range s.Matters {
		parts = append(parts, g.matter(e, &s.Matters[i]))
	}
	about["cv:relatedService"], about["dct:hasPart"], about["cv:holdsRequirement"] = related, parts, requirements
	return g.add(g.iri(at...), "cpsv:PublicService", about)
}

func (g *graph) event(s jurisdiction.Stage) node {
	class := map[catalogue.Audience]string{catalogue.ForPerson: "cv:LifeEvent", catalogue.ForBusiness: "cv:BusinessEvent"}[s.Audience]
	return g.add(g.iri("events", s.ID), []string{"cv:Event", class}, node{"dct:identifier": s.ID, "dct:title": words(s.Name), "dct:description": words(s.Summary)})
}

func (g *graph) matter(e *jurisdiction.Entry, m *catalogue.Matter) node {
	s, at := e.Service, []string{"services", e.Service.ID, "matters", m.ID}
	under := func(parts ...string) string { return g.iri(append(slices.Clone(at), parts...)...) }
	code := g.city.TaskCode(*m)
	about := node{
		"dct:identifier": code, "dct:title": words(m.Name), "dct:description": words(m.Plain), "cv:hasCompetentAuthority": g.body(m.Body), "dct:spatial": g.place(),
		"dct:isPartOf": node{"@id": g.base}, "dct:language": g.languages(), "cv:hasChannel": []node{g.channel()}, "cv:hasLegalResource": g.laws(m.Cite),
		"cv:contactPoint": g.contact(m, under), "dcat:keyword": keywords(m.Keywords),
	}
	var inputs, rules, costs, themes, before []node
	for i := range s.Materials {
		if x := &s.Materials[i]; slices.Contains(x.For, m.ID) {
			inputs = append(inputs, g.add(g.iri("services", s.ID, "materials", x.ID), "cv:EvidenceType", node{"dct:identifier": s.ID + "/" + x.ID, "dct:title": words(x.Name), "dct:description": words(x.What)}))
		}
	}
	for _, limit := range []struct {
		field string
		limit *catalogue.Limit
	}{{"anticipate_day", m.Statutory}, {"promise_day", m.Promised}} {
		if limit.limit != nil {
			rules = append(rules, g.limit(under("rules", limit.field), code+"/"+limit.field, limit.field, limit.limit))
		}
	}
	for i, c := range m.Conditions {
		n := fmt.Sprint("condition-", i+1)
		rules = append(rules, g.rule(under("rules", n), code+"/"+n, c.Text, c.Text, c.Cite))
	}
	for _, f := range m.Fees {
		costs = append(costs, g.add(under("costs", f.ID), "cv:Cost", node{
			"dct:identifier": code + "/" + f.ID, "dct:description": words(f.Name), "cv:hasValue": node{"@value": fmt.Sprintf("%d.%02d", f.Fen/100, f.Fen%100), "@type": "xsd:double"},
			"cv:currency": g.add(currency, "skos:Concept", node{"skos:notation": "CNY"}),
		}))
	}
	for _, t := range g.city.Topics {
		if slices.Contains(m.Topics, t.ID) {
			themes = append(themes, g.concept(t.Name, "topics", string(t.Audience), t.ID))
		}
	}
	for _, a := range m.After {
		before = append(before, node{"@id": g.iri("services", s.ID, "matters", a.Matter)})
	}
	if r := m.Result; r != nil {
		about["cpsv:produces"] = g.add(under("result"), "cv:Output", node{"dct:identifier": code + "/result", "dct:title": words(r.Name)})
	}
	if d := duration(m.Promised); d != "" {
		about["cv:processingTime"] = node{"@value": d, "@type": "xsd:duration"}
	}
	about["cv:hasInputType"], about["cpsv:follows"], about["cv:hasCost"], about["cv:thematicArea"], about["dct:requires"] = inputs, rules, costs, themes, before
	return g.add(g.iri(at...), "cpsv:PublicService", about)
}

// contact is where to ask and where to complain.
func (g *graph) contact(m *catalogue.Matter, under func(...string) string) []node {
	hours := g.add(under("hours"), "time:TemporalEntity", node{"dct:description": words(m.Contact.Hours)})
	ask := g.add(under("contacts", "ask"), "cv:ContactPoint", node{"cv:telephone": m.Contact.Ask, "cv:openingHours": hours, "dct:description": words(m.Contact.Place)})
	complain, _ := g.Field(taskTable, "supervise_way")
	return []node{ask, g.add(under("contacts", "complain"), "cv:ContactPoint", node{"cv:telephone": m.Contact.Complain, "dct:description": words(complain.Title())})}
}

// laws refers to the provision that something rests on. What rests on something else than a provision says so
// in its rules.
func (g *graph) laws(c law.Cite) []node {
	p, ok := g.city.Law.Find(c.Provision)
	if !ok {
		return nil
	}
	return []node{g.add(g.iri("laws", p.ID), "eli:LegalResource", node{"dct:identifier": p.ID, "dct:title": words(lang.Text{ZH: p.Cite(lang.ZH), EN: p.Cite(lang.EN)}), "dct:description": words(p.Text), "dct:type": g.certainty(law.Certainty(p.Certainty))})}
}

func (g *graph) rule(iri, id string, title, text lang.Text, c law.Cite) node {
	return g.add(iri, "cpsv:Rule", node{"dct:identifier": id, "dct:title": words(title), "dct:description": words(text), "dct:language": g.languages(),
		"cpsv:implements": g.laws(c), "dct:source": words(c.Source), "dct:type": g.certainty(c.Certainty)})
}

// certainty says how surely something is known.
func (g *graph) certainty(c law.Certainty) node {
	return g.add(g.iri("certainty", string(c)), "skos:Concept", node{"skos:notation": string(c)})
}

func (g *graph) limit(iri, id, field string, l *catalogue.Limit) node {
	f, _ := g.Field(taskTable, field)
	return g.rule(iri, id, f.Title(), l.Words(), l.Cite)
}

// duration is a limit as XML Schema writes durations. They know no working days: such a limit is only a rule.
func duration(l *catalogue.Limit) string {
	switch {
	case l == nil:
		return ""
	case l.N == 0:
		return "PT0S"
	case l.Unit == "natural":
		return fmt.Sprintf("P%dD", l.N)
	case l.Unit == "month":
		return fmt.Sprintf("P%dM", l.N)
	}
	return ""
}

// keywords are words that people use; what is not written in Chinese is English or pinyin and not told apart.
func keywords(all []string) []node {
	var tagged []node
	for _, k := range all {
		language := "und"
		for _, r := range k {
			if unicode.Is(unicode.Han, r) {
				language = string(lang.ZH)
			}
		}
		tagged = append(tagged, node{"@value": k, "@language": language})
	}
	return tagged
}
