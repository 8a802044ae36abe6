package interchange

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// Row is one row of a table: the values by field. A field that it does not have is not spoken of; one that is
// empty is said to be.
type Row struct {
	File  string
	N     int // of the row in its file
	Cells map[string]string
}

// Checklist is one implementation checklist: the matter, and what belongs to it.
type Checklist struct {
	Task      Row
	Materials []Row
	Fees      []Row
	Questions []Row

	bad bool // something of it could not be read
}

func (c *Checklist) rows(table string) []Row {
	switch table {
	case taskTable:
		return []Row{c.Task}
	case materialTable:
		return c.Materials
	case feeTable:
		return c.Fees
	}
	return c.Questions
}

// Checklists writes the matters of a city as implementation checklists, in the order of their codes. The
// report says which elements the national tables want and the catalogue does not hold, and
// what of the catalogue the tables have no place for.
func (s *Standard) Checklists(city *jurisdiction.City) ([]Checklist, Report) {
	var all []Checklist
	for _, code := range codes(city) {
		o, _ := city.Offer(code)
		all = append(all, s.checklist(city, o))
	}
	return all, s.missing(city, all)
}

// codes lists the implementation codes of a city.
func codes(city *jurisdiction.City) []string {
	var all []string
	for _, id := range city.ServiceIDs() {
		for _, m := range city.Services[id].Service.Matters {
			if code := city.TaskCode(m); code != "" {
				all = append(all, code)
			}
		}
	}
	slices.Sort(all)
	return all
}

// checklist writes one matter.
func (s *Standard) checklist(city *jurisdiction.City, o jurisdiction.Offer) Checklist {
	m, code := o.Matter, city.TaskCode(*o.Matter)
	c := Checklist{Task: Row{Cells: s.task(city, o)}}
	row := func(cells map[string]string) Row {
		cells["task_code"] = code
		return Row{Cells: filled(cells)}
	}
	for i := range o.Entry.Service.Materials {
		if x := &o.Entry.Service.Materials[i]; slices.Contains(x.For, m.ID) {
			cells := s.material(city, o.Entry.Service, x)
			cells["material_order"] = strconv.Itoa(len(c.Materials) + 1)
			c.Materials = append(c.Materials, row(cells))
		}
	}
	for i := range m.Fees {
		c.Fees = append(c.Fees, row(map[string]string{"fee_name": m.Fees[i].Name.ZH, "fee_stand": yuan(m.Fees[i].Fen), "by_law": basis(city, m.Fees[i].Cite), "fee_relief": sentence(m.Fees[i].Relief)}))
	}
	for _, q := range m.Questions {
		c.Questions = append(c.Questions, row(map[string]string{"question": q.Ask.ZH, "answer": q.Answer.ZH}))
	}
	return c
}

func (s *Standard) task(city *jurisdiction.City, o jurisdiction.Offer) map[string]string {
	m := o.Matter
	body, _ := city.Org.Body(m.Body)
	cells := map[string]string{
		"catalog_code": m.Code, "task_code": city.TaskCode(*m), "task_name": m.Name.ZH, "task_type": s.write("task_type", m.Type),
		"by_law": basis(city, m.Cite), "use_level": s.write("use_level", strconv.Itoa(body.Level)), "dept_name": body.Name.ZH, "dept_code": body.USCC,
		"project_type": s.write("project_type", handling(m)), "is_fee": s.write("yes", strconv.FormatBool(len(m.Fees) > 0)),
		"limit_scene_num": strconv.Itoa(m.Visits), "limit_scene_explain": m.VisitWhy.ZH,
		"transact_addr": m.Contact.Place.ZH, "transact_time": m.Contact.Hours.ZH, "link_way": m.Contact.Ask, "supervise_way": m.Contact.Complain,
		"special_procedure": cmp.Or(s.list("special", m.Special), s.write("special", "")), "server_type": s.list("server_type", m.Serves), "handle_area": s.write("area", m.Area),
		"user_topic_type": topics(city, m, catalogue.ForPerson), "corp_topic_type": topics(city, m, catalogue.ForBusiness),
	}
	if len(m.Serves) == 0 && o.Entry.Service.Audience == catalogue.ForPerson {
		cells["server_type"] = s.write("server_type", "person")
	}
	if m.Visits == 0 {
		cells["limit_scene_explain"] = s.write("special", "") // none, in the same word (handbook 1.5, rule 3)
	}
	for prefix, limit := range map[string]*catalogue.Limit{"anticipate": m.Statutory, "promise": m.Promised} {
		if limit != nil {
			cells[prefix+"_day"], cells[prefix+"_type"], cells[prefix+"_explain"] = strconv.Itoa(limit.N), s.write("unit", limit.Unit), basis(city, limit.Cite)
		}
	}
	var fees []string
	for _, f := range m.Fees {
		if b := basis(city, f.Cite); !slices.Contains(fees, b) {
			fees = append(fees, b)
		}
	}
	cells["accept_condition"], cells["fee_basis"] = lined(m.Conditions), strings.Join(fees, "\n")
	if m.Result != nil {
		cells["result_type"], cells["result_name"] = s.write("result_type", m.Result.Kind), m.Result.Name.ZH
	}
	s.elements(city, o, cells)
	return filled(cells)
}

func (s *Standard) material(city *jurisdiction.City, of *catalogue.Service, m *catalogue.Material) map[string]string {
	need, from, explain := "needed", "", ""
	if m.Later != nil {
		need = "later"
	}
	switch x := m.Source; {
	case x.Applicant:
		from = "applicant"
	case x.Register != "":
		from, explain = "register", city.Registers[x.Register].Name.ZH
	case x.Certificate != "":
		from, explain = "certificate", city.Certificates[x.Certificate].Name.ZH
	case x.Upstream != "":
		from = "certificate"
		for _, up := range of.Matters {
			if up.ID == x.Upstream && up.Result != nil {
				explain = up.Result.Name.ZH
			}
		}
	}
	cells := map[string]string{
		"material_name": m.Name.ZH, "is_need": s.write("is_need", need), "source_type": s.write("source_type", from), "source_explain": explain,
		"by_law": basis(city, m.Cite), "accept_stand": m.What.ZH,
		"fill_explain": m.Fill.ZH, "form_guid": m.Blank, "example_guid": m.Sample.ZH,
	}
	if p := m.Paper; p != nil {
		cells["material_type"], cells["material_format"], cells["page_format"] = s.write("material_type", p.Kind), s.write("material_format", p.Form), p.Size
		if p.Copies > 0 {
			cells["page_num"] = strconv.Itoa(p.Copies)
		}
	}
	return cells
}

// handling is whether a matter is decided at once.
func handling(m *catalogue.Matter) string {
	if m.Promised != nil && m.Promised.N == 0 {
		return "now"
	}
	return "promised"
}

// basis is what something rests on, in words.
func basis(city *jurisdiction.City, c law.Cite) string {
	if p, ok := city.Law.Find(c.Provision); ok {
		return p.Cite(lang.ZH)
	}
	return c.Source.ZH
}

func (s *Standard) list(codes string, values []string) string {
	written := make([]string, len(values))
	for i, v := range values {
		written[i] = s.write(codes, v)
	}
	return strings.Join(written, "^")
}

func topics(city *jurisdiction.City, m *catalogue.Matter, of catalogue.Audience) string {
	var names []string
	for _, t := range city.Topics {
		if t.Audience == of && slices.Contains(m.Topics, t.ID) {
			names = append(names, t.Name.ZH)
		}
	}
	return strings.Join(names, "^")
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d 元", fen/100, fen%100) }

func filled(cells map[string]string) map[string]string {
	for name, v := range cells {
		if v == "" {
			delete(cells, name)
		}
	}
	return cells
}

// missing reports on an export.
func (s *Standard) missing(city *jurisdiction.City, all []Checklist) Report {
	r := Report{Rows: len(all)}
	for _, table := range tables {
		for _, f := range s.Of(table) {
			empty, rows := 0, 0
			for i := range all {
				for _, row := range all[i].rows(table) {
					if rows++; row.Cells[f.Name] == "" {
						empty++
					}
				}
			}
			if f.Need && empty > 0 {
				r.add(Misfit{Column: f.Name, Warning: true, What: say("%[1]d 行里有 %[2]d 行是空的，国家表里必填（%[3]s）", "empty in %[2]d of %[1]d rows, and the national table wants it (%[4]s)", rows, empty, f.ZH, f.EN),
					Remedy: say("对接前补上", "fill it in before it is handed on")})
			}
		}
	}
	conditions, variants := 0, 0
	for _, code := range codes(city) {
		o, _ := city.Offer(code)
		if variants += len(o.Matter.Variants); o.Matter.When != "" {
			conditions++
		}
		for _, x := range o.Entry.Service.Materials {
			if x.When != "" && slices.Contains(x.For, o.Matter.ID) {
				conditions++
			}
		}
	}
	if conditions+variants > 0 {
		r.add(Misfit{Warning: true, What: say("国家表放不下 %d 个适用条件和 %d 个分情形的时限", "the national tables have no place for %d conditions and %d limits under conditions", conditions, variants),
			Remedy: say("要完整搬走就用 --as whole", "take the catalogue out with --as whole to lose nothing")})
	}
	return r
}

// bom marks a text as UTF-8 for spreadsheets, which otherwise guess.
const bom = "\ufeff"

// WriteCSV writes one table of the checklists with a header, as UTF-8 with a byte order mark.
func (s *Standard) WriteCSV(w io.Writer, table string, all []Checklist) error {
	if _, err := io.WriteString(w, bom); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true // RFC 4180
	fields := s.Of(table)
	line := make([]string, len(fields))
	for i, f := range fields {
		line[i] = f.Name
	}
	_ = c.Write(line) // an error stays and is told by Error
	for i := range all {
		for _, row := range all[i].rows(table) {
			for j, f := range fields {
				line[j] = row.Cells[f.Name]
			}
			_ = c.Write(line)
		}
	}
	c.Flush()
	return c.Error()
}

// Tables names the tables of a checklist; each is one CSV file.
func (s *Standard) Tables() []string { return slices.Clone(tables) }

// nested are the keys of what belongs to a matter, in JSON.
var nested = map[string]string{materialTable: "materials", feeTable: "fees", questionTable: "questions"}

// WriteJSON writes the checklists as a list of objects whose keys are the fields, in their order.
func (s *Standard) WriteJSON(w io.Writer, all []Checklist) error {
	var b strings.Builder
	b.WriteString("[")
	for i := range all {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n{")
		s.object(&b, taskTable, all[i].Task)
		for _, table := range tables[1:] {
			rows := all[i].rows(table)
			if len(rows) == 0 {
				continue
			}
			fmt.Fprintf(&b, ",\n  %q: [", nested[table])
			for j, row := range rows {
				if j > 0 {
					b.WriteString(",")
				}
				b.WriteString("\n    {")
				s.object(&b, table, row)
				b.WriteString("}")
			}
			b.WriteString("]")
		}
		b.WriteString("}")
	}
	b.WriteString("\n]\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Standard) object(b *strings.Builder, table string, row Row) {
	first := true
	for _, f := range s.Of(table) {
		v := row.Cells[f.Name]
		if v == "" || table != taskTable && f.Name == "task_code" {
			continue
		}
		if !first {
			b.WriteString(", ")
		}
		first = false
		text, _ := json.Marshal(v) // a string
		fmt.Fprintf(b, "%q: %s", f.Name, text)
	}
}
