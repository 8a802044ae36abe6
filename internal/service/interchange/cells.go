package interchange

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
)

// matter reads the cells of the matter's own row.
func (x *fit) matter() {
	m := x.m
	x.agrees()
	if x.differs("task_name") {
		m.Name = lang.Text{ZH: x.cell("task_name")}
	}
	x.code("task_type", func(v string) { m.Type = v })
	if x.differs("by_law") {
		m.Cite = x.cite(x.cell("by_law"))
	}
	m.Statutory = x.limit("anticipate", m.Statutory)
	m.Promised = x.limit("promise", m.Promised)
	x.limits()
	x.codes("server_type", func(v []string) { m.Serves = v })
	x.codes("special_procedure", func(v []string) { m.Special = v })
	x.code("handle_area", func(v string) { m.Area = v })
	x.visits()
	if x.differs("transact_addr") {
		m.Contact.Place = lang.Text{ZH: x.cell("transact_addr")}
	}
	if x.differs("transact_time") {
		m.Contact.Hours = lang.Text{ZH: x.cell("transact_time")}
	}
	x.telephone("link_way", &m.Contact.Ask)
	x.telephone("supervise_way", &m.Contact.Complain)
	if m.Contact.Ask != "" && m.Contact.Ask == m.Contact.Complain {
		x.refuse("supervise_way", say("投诉电话和咨询电话相同", "complaints go to the number for questions"), say("写另一个部门接听的号码", "write a number that somebody else answers"))
	}
	if x.differs("accept_condition") {
		m.Conditions = x.lines("accept_condition", m.Conditions)
	}
	x.elements()
	x.topics()
	x.result()
}

// agrees refuses a row that contradicts its own code.
func (x *fit) agrees() {
	code := x.cell("task_code")
	for _, part := range []struct{ column, want string }{{"catalog_code", code[19:]}, {"dept_code", code[:18]}, {"use_level", code[18:19]}} {
		if got := x.cell(part.column); got != "" && got != part.want {
			x.refuse(part.column, say("是 %q，而实施编码里是 %s", "it is %q, and the implementation code says %s", got, part.want), say("改正其中一个；整列设成文本格式，以免表格软件改动数字", "mend one of them; format the column as text, so that the spreadsheet leaves the digits alone"))
		}
	}
	if body := x.bodies[code[:18]]; x.cell("dept_name") != "" && x.cell("dept_name") != body.Name.ZH {
		x.note("dept_name", say("辖区里这个代码的机构叫 %s", "the body with this code is called %s here", body.Name.ZH), say("名称变了就改 organisations/", "change organisations/ if its name has changed"))
	}
}

// wrongCode refuses a value that is not one of those that may be written.
func (x *fit) wrongCode(column, codes, value string) {
	x.refuse(column, say("不能是 %q", "it cannot be %q", value), say("可写：%[1]s", "write one of %[2]s", strings.Join(x.written(codes), "、"), strings.Join(x.written(codes), ", ")))
}

// code takes one coded value, if it differs.
func (x *fit) code(column string, take func(string)) {
	if !x.differs(column) {
		return
	}
	field, _ := x.Field(x.table, column)
	v := x.cell(column)
	here, ok := x.read(field.Codes, v)
	if !ok && v != "" {
		x.wrongCode(column, field.Codes, v)
		return
	}
	take(here)
}

// codes takes several coded values, if they differ.
func (x *fit) codes(column string, take func([]string)) {
	if !x.differs(column) {
		return
	}
	field, _ := x.Field(x.table, column)
	var all []string
	for _, v := range several(x.cell(column)) {
		here, ok := x.read(field.Codes, v)
		if !ok {
			x.wrongCode(column, field.Codes, v)
			return
		}
		if here != "" && !slices.Contains(all, here) {
			all = append(all, here)
		}
	}
	take(all)
}

// cite is a basis in the words of a file. Nothing becomes surer by being brought in: what is not a provision
// of the book is marked as not checked, with the file as its source where it says nothing.
func (x *fit) cite(words string) law.Cite {
	if id, ok := x.laws[words]; ok {
		p, _ := x.city.Law.Find(id)
		return law.Cite{Provision: id, Certainty: law.Certainty(p.Certainty)}
	}
	source := lang.Text{ZH: words}
	if words == "" {
		source = say("%[1]s 第 %[2]d 行", "%[1]s, row %[2]d", x.row.File, x.row.N)
	}
	return law.Cite{Certainty: law.Known, Source: source}
}

// limit reads a limit's number, unit and words.
func (x *fit) limit(prefix string, old *catalogue.Limit) *catalogue.Limit {
	day, unit, explain := prefix+"_day", prefix+"_type", prefix+"_explain"
	if !x.differs(day, unit, explain) {
		return old
	}
	if x.cell(day) == "" {
		if words := x.cell(explain); words != "" {
			x.note(explain, say("只有说明，没有天数，没有放进草稿", "there are words and no number of days; they are not in the draft"), say("填上天数", "fill in the number"))
		}
		return nil
	}
	n, ok := whole(x.cell(day))
	if !ok {
		x.refuse(day, say("%q 不是天数", "%q is no number of days", x.cell(day)), say("写 0 到 999 的整数", "write a whole number from 0 to 999"))
		return old
	}
	here, ok := x.read("unit", x.cell(unit))
	switch {
	case x.cell(unit) == "":
		x.refuse(unit, say("缺时限单位", "the unit of the limit is missing"), say("写工作日或自然日", "write 工作日 (working days) or 自然日 (natural days)"))
		return old
	case !ok:
		x.wrongCode(unit, "unit", x.cell(unit))
		return old
	}
	limit := &catalogue.Limit{N: n, Unit: here}
	if old != nil && x.cell(explain) == strings.TrimSpace(x.base[explain]) {
		limit.Cite = old.Cite
	} else {
		limit.Cite = x.cite(x.cell(explain))
	}
	return limit
}

// limits checks what the limits say of each other (handbook 1.5, rule 1; Regulations on Optimizing the
// Business Environment, art. 36). Limits of different units are left to `tongban check`.
func (x *fit) limits() {
	m := x.m
	if s, p := m.Statutory, m.Promised; s != nil && p != nil && s.Unit == p.Unit && p.N > s.N && x.differs("promise_day", "promise_type", "anticipate_day", "anticipate_type") {
		x.refuse("promise_day", say("承诺 %d，超过法定的 %d", "promised are %d and the law gives %d", p.N, s.N), say("承诺不超过法定时限（优化营商环境条例第三十六条）", "promise at most the statutory limit (Regulations on Optimizing the Business Environment, art. 36)"))
	}
	if !x.differs("project_type", "promise_day") || x.cell("project_type") == "" {
		return
	}
	kind, ok := x.read("project_type", x.cell("project_type"))
	switch {
	case !ok:
		x.wrongCode("project_type", "project_type", x.cell("project_type"))
	case kind != handling(m):
		x.refuse("project_type", say("办件类型和承诺时限不一致", "the kind of handling and the promised limit do not agree"), say("即办件承诺 0，承诺件大于 0", "what is handled at once is promised in 0, anything else in more"))
	}
}

// visits: each time that a person must come in person has a reason (handbook 1.5, rule 3).
func (x *fit) visits() {
	if !x.differs("limit_scene_num", "limit_scene_explain") || x.cell("limit_scene_num") == "" {
		return
	}
	n, ok := whole(x.cell("limit_scene_num"))
	why := x.cell("limit_scene_explain")
	if none, isNone := x.read("special", why); isNone && none == "" { // 无
		why = ""
	}
	switch {
	case !ok || n > 9:
		x.refuse("limit_scene_num", say("%q 不是次数", "%q is no number of visits", x.cell("limit_scene_num")), say("写 0 到 9 的整数", "write a whole number from 0 to 9"))
	case n > 0 && why == "":
		x.refuse("limit_scene_explain", say("要到现场 %d 次，没有写原因", "%d visits in person without a reason", n), say("写上原因，或改为 0 次", "write the reason, or make it 0"))
	case n == 0 && why != "":
		x.refuse("limit_scene_explain", say("不用到现场，却写了原因", "a reason for visits where there are none"), say("删去原因，或改次数", "delete the reason, or change the number"))
	default:
		x.m.Visits = n
		if why != x.m.VisitWhy.ZH {
			x.m.VisitWhy = lang.Text{ZH: why}
		}
	}
}

var (
	aDay          = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	aTelephone    = regexp.MustCompile(`^(0[0-9]{2,3}-)?[0-9]{3,8}(-[0-9]+)?$`)
	someTelephone = regexp.MustCompile(`0[0-9]{2,3}-[0-9]{7,8}(-[0-9]+)?`)
)

// telephone takes the one number of a cell.
func (x *fit) telephone(column string, into *string) {
	v := x.cell(column)
	if !x.differs(column) || v == "" {
		return
	}
	if aTelephone.MatchString(v) {
		*into = v
		return
	}
	numbers := someTelephone.FindAllString(v, -1)
	slices.Sort(numbers)
	if numbers = slices.Compact(numbers); len(numbers) != 1 {
		x.refuse(column, say("里面有 %d 个带区号的电话号码", "it holds %d telephone numbers with an area code", len(numbers)), say("写一个，如 0990-1234001", "write one, such as 0990-1234001"))
		return
	}
	x.note(column, say("只取了电话 %s，其余没有放进草稿", "only the number %s is taken; the rest is not in the draft", numbers[0]), say("其余内容写到目录里合适的地方", "write the rest where the catalogue has a place for it"))
	*into = numbers[0]
}

// topics finds the topics by their names, those of people and those of businesses each in its column.
func (x *fit) topics() {
	columns := []struct {
		name string
		of   catalogue.Audience
	}{{"user_topic_type", catalogue.ForPerson}, {"corp_topic_type", catalogue.ForBusiness}}
	if !x.differs(columns[0].name, columns[1].name) {
		return
	}
	var ids []string
	for _, c := range columns {
		names, known := []string{}, map[string]string{}
		for _, t := range x.city.Topics {
			if t.Audience == c.of {
				names, known[t.Name.ZH] = append(names, t.Name.ZH), t.ID
			}
		}
		for _, v := range several(x.cell(c.name)) {
			id, ok := known[v]
			if !ok {
				x.refuse(c.name, say("没有主题 %q", "there is no topic %q", v), strictyaml.DidYouMean(v, names, say("主题", "topics")))
				continue
			}
			ids = append(ids, id)
		}
	}
	x.m.Topics = ids
}

// result takes the result's kind and name. A certificate is the type of that name, if there is one.
func (x *fit) result() {
	if !x.differs("result_type", "result_name") {
		return
	}
	kind, ok := x.read("result_type", x.cell("result_type"))
	switch {
	case x.cell("result_type") == "" && x.cell("result_name") == "":
		x.m.Result = nil
		return
	case x.cell("result_type") == "":
		x.refuse("result_type", say("有结果名称，没有结果类型", "there is a name of the result and no kind"), say("可写：%[1]s", "write one of %[2]s", strings.Join(x.written("result_type"), "、"), strings.Join(x.written("result_type"), ", ")))
		return
	case !ok:
		x.wrongCode("result_type", "result_type", x.cell("result_type"))
		return
	}
	result := catalogue.Result{Kind: kind, Name: lang.Text{ZH: x.cell("result_name")}}
	if old := x.m.Result; old != nil && old.Kind == kind {
		name := result.Name
		if result = *old; result.Name.ZH != name.ZH {
			result.Name = name
		}
	}
	if kind == "certificate" && result.Certificate == "" {
		for _, id := range slices.Sorted(maps.Keys(x.city.Certificates)) {
			if c := x.city.Certificates[id]; c.Name.ZH == result.Name.ZH && c.Issuer == x.m.Body {
				result.Certificate = id
			}
		}
	}
	x.m.Result = &result
}

// under reads the rows of the other tables. What the catalogue has beyond them stays, and is told.
func (x *fit) under(c *Checklist, base Checklist) {
	task, own := x.row, x.base
	x.materials(c.Materials, base.Materials)
	x.fees(c.Fees, base.Fees)
	x.questions(c.Questions, base.Questions)
	x.table, x.row, x.base = taskTable, task, own
	if x.differs("is_fee") || len(c.Fees) > 0 {
		yes, ok := x.read("yes", x.cell("is_fee"))
		switch {
		case x.cell("is_fee") == "":
		case !ok:
			x.wrongCode("is_fee", "yes", x.cell("is_fee"))
		case yes == "true" && len(x.m.Fees) == 0:
			x.refuse("is_fee", say("收费，却没有收费项目", "a fee is charged and there is none in the table of fees"), say("在收费表里写上项目、标准和依据", "write its name, amount and basis into the table of fees"))
		case yes == "false" && len(x.m.Fees) > 0:
			x.refuse("is_fee", say("不收费，却有收费项目", "no fee is charged and the table of fees has one"), say("改正其中一个", "mend one of them"))
		}
	}
}

// kept tells of rows that the catalogue has and the file does not: nothing is taken out by being left out.
func (x *fit) kept(table, key string, rows, base []Row) {
	if !x.given[table] {
		return
	}
	for _, b := range base {
		name := b.Cells[key]
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Cells[key] == name }) {
			x.note(key, say("目录里有 %q，文件里没有，保留了", "the catalogue has %q and the file does not; it stays", name), say("不要了就到目录里删去", "take it out in the catalogue if it is no longer wanted"))
		}
	}
}

func baseOf(base []Row, key, name string) map[string]string {
	for _, b := range base {
		if b.Cells[key] == name {
			return b.Cells
		}
	}
	return nil
}

func (x *fit) materials(rows, base []Row) {
	x.kept(materialTable, "material_name", rows, base)
	for _, row := range rows {
		x.open(materialTable, row, baseOf(base, "material_name", row.Cells["material_name"]))
		name := x.cell("material_name")
		if name == "" {
			continue // told
		}
		var m *catalogue.Material
		for i := range x.service.Materials {
			if at := &x.service.Materials[i]; at.Name.ZH == name && slices.Contains(at.For, x.m.ID) {
				m = at
			}
		}
		if m == nil {
			x.service.Materials = append(x.service.Materials, catalogue.Material{ID: fmt.Sprintf("material-%d", len(x.service.Materials)+1), For: []string{x.m.ID}, Name: lang.Text{ZH: name}})
			m = &x.service.Materials[len(x.service.Materials)-1]
		}
		x.material(m)
	}
}

func (x *fit) material(m *catalogue.Material) {
	if x.differs("accept_stand") {
		m.What = lang.Text{ZH: x.cell("accept_stand")}
	}
	if x.differs("by_law") {
		m.Cite = x.cite(x.cell("by_law"))
	}
	if x.differs("is_need") && x.cell("is_need") != "" {
		switch need, ok := x.read("is_need", x.cell("is_need")); {
		case !ok:
			x.wrongCode("is_need", "is_need", x.cell("is_need"))
		case need == "":
			x.refuse("is_need", say("目录里没有“非必要”的材料", "the catalogue has no materials that are not necessary"), say("删去它，或写明什么情形下要", "take it out, or write when it is needed"))
		case need == "later" && m.Later == nil:
			x.note("is_need", say("容缺后补没有写期限，草稿里先按要一起交", "it may follow later, but not by when; the draft asks for it at once"), say("在草稿里写上 later: 期限和依据", "write later: with its limit and basis into the draft"))
		case need == "needed":
			m.Later, m.Missed = nil, nil
		}
	}
	if x.differs("source_type", "source_explain") {
		x.source(m)
	}
	x.paper(m)
}

// paper takes how a material is filled in and handed in.
func (x *fit) paper(m *catalogue.Material) {
	if x.differs("fill_explain") {
		m.Fill = lang.Text{ZH: x.cell("fill_explain")}
	}
	if x.differs("example_guid") {
		m.Sample = lang.Text{ZH: x.cell("example_guid")}
	}
	if x.differs("form_guid") {
		if m.Blank = x.cell("form_guid"); m.Blank != "" && !strings.HasPrefix(m.Blank, "https://") && !strings.HasPrefix(m.Blank, "http://") {
			x.note("form_guid", say("空白表格不是网址，没有放进草稿", "the empty form is no address; it is not in the draft"), say("写成网址", "write its address"))
			m.Blank = ""
		}
	}
	if !x.differs("material_type", "material_format", "page_num", "page_format") {
		return
	}
	p := catalogue.Paper{}
	if m.Paper != nil {
		p = *m.Paper
	}
	x.code("material_type", func(v string) { p.Kind = v })
	x.code("material_format", func(v string) { p.Form = v })
	if x.differs("page_num") {
		n, ok := whole(cmp.Or(x.cell("page_num"), "0"))
		if !ok || n > 99 {
			x.refuse("page_num", say("%q 不是份数", "%q is no number of copies", x.cell("page_num")), say("写 1 到 99 的整数", "write a whole number from 1 to 99"))
		}
		p.Copies = n
	}
	if x.differs("page_format") {
		p.Size = x.cell("page_format")
	}
	m.Paper = &p
}

// source finds who has a material by the name of the certificate or register.
func (x *fit) source(m *catalogue.Material) {
	if x.cell("source_type") == "" {
		return
	}
	from, ok := x.read("source_type", x.cell("source_type"))
	name := x.cell("source_explain")
	switch {
	case !ok:
		x.wrongCode("source_type", "source_type", x.cell("source_type"))
		return
	case from == "applicant":
		m.Source = catalogue.Source{Applicant: true}
		return
	}
	for _, id := range slices.Sorted(maps.Keys(x.city.Certificates)) {
		if x.city.Certificates[id].Name.ZH == name {
			m.Source = catalogue.Source{Certificate: id}
			return
		}
	}
	for _, id := range slices.Sorted(maps.Keys(x.city.Registers)) {
		if x.city.Registers[id].Name.ZH == name {
			m.Source = catalogue.Source{Register: id}
			return
		}
	}
	m.Source = catalogue.Source{}
	x.note("source_explain", say("没有叫 %q 的证照或登记库，来源留空", "no certificate or register is called %q; where it comes from is left open", name), say("写证照或登记库的名称，或在草稿里写 source:", "write the name of a certificate or register, or write source: into the draft"))
}

var anAmount = regexp.MustCompile(`^([0-9]{1,9})(?:\.([0-9]{1,2}))?\s*元?$`)

func (x *fit) fees(rows, base []Row) {
	x.kept(feeTable, "fee_name", rows, base)
	x.m.Fees = slices.Clone(x.m.Fees)
	for _, row := range rows {
		x.open(feeTable, row, baseOf(base, "fee_name", row.Cells["fee_name"]))
		name := x.cell("fee_name")
		i := slices.IndexFunc(x.m.Fees, func(f catalogue.Fee) bool { return f.Name.ZH == name })
		if i < 0 {
			x.m.Fees = append(x.m.Fees, catalogue.Fee{ID: fmt.Sprintf("fee-%d", len(x.m.Fees)+1), Name: lang.Text{ZH: name}})
			i = len(x.m.Fees) - 1
		}
		f := &x.m.Fees[i]
		if x.differs("fee_stand") && x.cell("fee_stand") != "" {
			amount := anAmount.FindStringSubmatch(x.cell("fee_stand"))
			if amount == nil {
				x.refuse("fee_stand", say("%q 不是一个金额", "%q is no amount", x.cell("fee_stand")), say("写元，如 10 或 10.50；分情形的，在草稿里写成几个费用", "write yuan, such as 10 or 10.50; where it depends, write several fees into the draft"))
				continue
			}
			f.Fen, _ = strconv.ParseInt(amount[1]+(amount[2] + "00")[:2], 10, 64)
		}
		if x.differs("by_law") {
			f.Cite = x.cite(x.cell("by_law"))
		}
		f.Relief = x.outcome("fee_relief", f.Relief)
	}
}

func (x *fit) questions(rows, base []Row) {
	x.kept(questionTable, "question", rows, base)
	x.m.Questions = slices.Clone(x.m.Questions)
	for _, row := range rows {
		x.open(questionTable, row, baseOf(base, "question", row.Cells["question"]))
		ask := x.cell("question")
		i := slices.IndexFunc(x.m.Questions, func(q catalogue.FAQ) bool { return q.Ask.ZH == ask })
		if i < 0 {
			x.m.Questions = append(x.m.Questions, catalogue.FAQ{Ask: lang.Text{ZH: ask}})
			i = len(x.m.Questions) - 1
		}
		if x.differs("answer") {
			x.m.Questions[i].Answer = lang.Text{ZH: x.cell("answer")}
		}
	}
}
