package find

import (
	"cmp"
	"slices"
	"strconv"

	"tongban/internal/service/catalogue"
)

// task says the elements of the matter, each under its field of the national table.
func (g *guideWriter) task() {
	m, e := g.m, g.m.More()
	body, _ := g.city.Org.Body(m.Body)
	text := func(s string) []said { return []said{{Text: s}} }
	set := func(values map[string][]said) {
		for name, v := range values {
			g.values[name] = v
		}
	}
	set(map[string][]said{
		"task_name": text(g.Of(m.Name)), "task_code": text(g.city.TaskCode(*m)), "catalog_code": text(m.Code), "local_catalog_code": text(e.LocalCode), "task_handle_item": text(e.ItemCode),
		"task_type": text(g.T("find.type." + m.Type)), "by_law": {g.basis(m.Cite)}, "use_level": text(g.T("find.level." + strconv.Itoa(body.Level))),
		"dept_name": g.bodies(m.Body), "dept_code": text(body.USCC), "dept_type": g.coded("catalogue.elements.standing.", e.Standing), "power_source": g.coded("catalogue.elements.power.", e.Power),
		"entrust_name": g.bodies(e.EntrustedBy), "other_dept": g.bodies(e.With...), "server_type": g.coded("catalogue.matter.serves.", g.serves()...), "project_type": text(g.handled()),
		"handle_area": g.coded("catalogue.matter.area.", cmp.Or(m.Area, "city")), "user_topic_type": g.topics(catalogue.ForPerson), "corp_topic_type": g.topics(catalogue.ForBusiness),
		"task_state": text(g.state()), "task_version": text(g.entry.Edition[:12]), "plan_effective_date": g.day(e.From), "plan_cancel_date": g.day(e.Until),
	})
	special := g.coded("catalogue.matter.special.", m.Special...)
	if len(m.Special) == 0 {
		special = text(g.T("find.guide.none"))
	}
	conditions := g.conditions(m.Conditions)
	if len(conditions) == 0 {
		conditions = text(g.T("find.guide.none"))
	}
	set(map[string][]said{
		"accept_condition": conditions, "limit_explain": g.outcome(e.Quota), "service_type": g.outcome(e.Intermediary), "special_procedure": special,
		"anticipate_day": g.limits(m.Statutory, func(v catalogue.Variant) *catalogue.Limit { return v.Statutory }),
		"promise_day":    g.limits(m.Promised, func(v catalogue.Variant) *catalogue.Limit { return v.Promised }),
		"is_fee":         text(g.T("say.bool." + strconv.FormatBool(len(m.Fees) > 0))), "fee_basis": g.feeBasis(), "is_pay_online": g.yes(cmp.Or(e.Pay, free(m))),
	})
	start := said{Text: g.T("find.guide.start"), Link: g.Path("/check/" + g.entry.Service.ID), Own: true}
	yes := g.yes("yes") // what this site itself sees to
	ways := []string{g.T("find.guide.way.counter"), g.T("find.guide.way.online")}
	if e.Post == "yes" {
		ways = append(ways, g.T("find.guide.way.post"))
	}
	why := g.Of(m.VisitWhy)
	if m.Visits == 0 {
		why = g.T("find.guide.none")
	}
	set(map[string][]said{
		"handle_type": text(g.List(ways)), "is_online": yes, "online_handle_depth": g.coded("catalogue.elements.depth.", e.Depth...), "link_addr": {start}, "mobile_terminal_url": {start},
		"is_single_login": yes, "app_is_single_login": yes, "limit_scene_num": text(strconv.Itoa(m.Visits)), "limit_scene_explain": text(why),
		"is_entry_center": g.yes(e.Centre), "is_schedule": g.yes(e.Booking), "is_express": g.yes(e.Post), "is_service_terminals": g.yes(e.Terminal),
		"transact_addr": text(g.Of(m.Contact.Place)), "transact_time": text(g.Of(m.Contact.Hours)), "traffic_guide": text(g.Of(e.Traffic)), "result_delivery": text(g.Of(e.Delivery)),
		"link_way": text(m.Contact.Ask), "supervise_way": text(m.Contact.Complain), "applicant_rights": g.conditions(e.Rights), "applicant_duties": g.conditions(e.Duties),
		"review": text(g.Of(m.Remedy.Review)), "court": text(g.Of(m.Remedy.Court)),
	})
	if r := m.Result; r != nil {
		set(map[string][]said{"result_type": text(g.T("find.result." + r.Kind)), "result_name": text(g.Of(r.Name)), "result_guid": g.sample(r)})
	} else {
		set(map[string][]said{"result_type": text(g.T("find.guide.none"))})
	}
}

// free answers whether a matter without fees is paid for online: there is nothing to pay (consistency rule 6).
func free(m *catalogue.Matter) string {
	if len(m.Fees) == 0 {
		return "no"
	}
	return ""
}

func (g *guideWriter) serves() []string {
	if len(g.m.Serves) > 0 {
		return g.m.Serves
	}
	if g.entry.Service.Audience == catalogue.ForPerson {
		return []string{"person"}
	}
	return []string{"company", "unincorporated"}
}

func (g *guideWriter) handled() string {
	if g.m.Promised != nil && g.m.Promised.N == 0 {
		return g.T("find.guide.handled.now")
	}
	return g.T("find.guide.handled.promised")
}

func (g *guideWriter) state() string {
	if _, is := g.city.Suspended[g.entry.Service.ID]; is {
		return g.T("find.guide.state.suspended")
	}
	return g.T("find.guide.state.used")
}

func (g *guideWriter) topics(of catalogue.Audience) []said {
	var names []string
	for _, t := range g.city.Topics {
		if t.Audience == of && slices.Contains(g.m.Topics, t.ID) {
			names = append(names, g.Of(t.Name))
		}
	}
	return []said{{Text: g.List(names)}}
}

// limits are the limit of the matter and those that hold in some cases.
func (g *guideWriter) limits(own *catalogue.Limit, of func(catalogue.Variant) *catalogue.Limit) (all []said) {
	if own != nil {
		all = append(all, g.limit(own))
	}
	for _, v := range g.m.Variants {
		if l := of(v); l != nil {
			one := g.limit(l)
			one.Text = g.T("find.guide.in-case", "case", g.Of(v.Text), "limit", one.Text)
			all = append(all, one)
		}
	}
	return all
}

func (g *guideWriter) feeBasis() (all []said) {
	for _, f := range g.m.Fees {
		if b := g.basis(f.Cite); !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	return all
}

func (g *guideWriter) feeItems() (items []item) {
	for _, f := range g.m.Fees {
		facts := []fact{{g.title("fee", "fee_stand"), []said{g.rests(g.Yuan(f.Fen), f.Cite)}}}
		if f.When != "" {
			facts = append(facts, fact{g.T("find.guide.when"), []said{{Text: g.T("find.guide.by-answers")}}})
		}
		if f.Relief != nil {
			facts = append(facts, fact{g.title("fee", "fee_relief"), g.outcome(f.Relief)})
		}
		items = append(items, item{Title: g.Of(f.Name), Facts: facts, Open: true})
	}
	return items
}

// sample tells what the result says; a certificate is drawn by the platform from these fields.
func (g *guideWriter) sample(r *catalogue.Result) []said {
	c, ok := g.city.Certificates[r.Certificate]
	if !ok {
		return nil
	}
	var names []string
	for _, f := range c.Fields {
		names = append(names, g.Of(f.Name))
	}
	term := g.T("find.guide.valid.ever")
	if c.Years > 0 {
		term = g.T("find.guide.valid", "n", strconv.Itoa(c.Years))
	}
	return []said{{Text: g.T("find.guide.sample", "fields", g.List(names))}, g.rests(term, c.Cite)}
}

// steps are those of every case.
func (g *guideWriter) steps() (all []string) {
	for _, step := range []string{"receive", "accept", "review", "decide", "deliver"} {
		all = append(all, g.T("find.guide.process."+step))
	}
	return all
}

// looks tells what is looked at before the decision, and whether somebody comes.
func (g *guideWriter) looks() (facts []fact, items []item) {
	var looked []fact
	for _, c := range g.m.Checks {
		looked = append(looked, fact{g.T("find.guide.check." + c.Kind), []said{g.rests(g.Of(c.Text), c.Cite)}})
	}
	if len(looked) > 0 {
		items = []item{{Title: g.number(g.T("find.guide.checks"), len(looked)), Facts: looked}}
	}
	if g.m.Site {
		facts = []fact{{g.T("find.guide.site"), []said{{Text: g.T("find.guide.site.text")}}}}
	}
	return facts, items
}

// materialItems says the elements of each material, folded.
func (g *guideWriter) materialItems() (items []item) {
	for i, m := range g.materials() {
		it := item{Title: strconv.Itoa(i+1) + ". " + g.Of(m.Name), Note: g.words.Where(g.entry.Service, m)}
		say := func(field string, v ...said) {
			if len(v) > 0 && v[0].Text != "" {
				it.Facts = append(it.Facts, fact{g.title("material", field), v})
			}
		}
		say("is_need", g.needed(m))
		if m.When != "" {
			say("when", said{Text: g.T("find.guide.by-answers")})
		}
		say("source_type", said{Text: it.Note})
		say("accept_stand", said{Text: g.Of(m.What)})
		say("by_law", g.basis(m.Cite))
		if p := m.Paper; p != nil {
			say("material_type", g.coded("catalogue.paper.kind.", p.Kind)...)
			say("material_format", g.coded("catalogue.paper.form.", p.Form)...)
			if p.Copies > 0 {
				say("page_num", said{Text: strconv.Itoa(p.Copies)})
			}
			say("page_format", said{Text: p.Size})
		}
		say("fill_explain", said{Text: g.Of(m.Fill)})
		if m.Blank != "" {
			say("form_guid", said{Text: g.Of(m.Name), Link: m.Blank})
		}
		say("example_guid", said{Text: g.Of(m.Sample)})
		say("missed", g.outcome(m.Missed)...)
		items = append(items, it)
	}
	return items
}

func (g *guideWriter) needed(m *catalogue.Material) said {
	if m.Later == nil {
		return said{Text: g.T("find.guide.need")}
	}
	later := g.limit(m.Later)
	later.Text = g.T("find.guide.need.later", "limit", later.Text)
	return later
}
