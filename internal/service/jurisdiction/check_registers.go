package jurisdiction

import (
	"fmt"
	"path"
	"strings"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
)

// checkCertificates checks the kinds of e-certificate.
func (l *loader) checkCertificates() {
	unique(l, l.certificates, "id", func(c catalogue.CertificateType) string { return c.ID })
	unique(l, l.certificates, "code", func(c catalogue.CertificateType) string { return c.Code })
	for _, p := range l.certificates {
		c, src, at := p.value, p.src, p.path
		l.body(src, strictyaml.Key(at, "issuer"), c.Issuer)
		l.refer(src, strictyaml.Key(at, "register"), c.Register, l.lookup.registers, aRegister)
		l.attributes(src, at, c.Fields)
		for i, id := range c.Public {
			l.attribute(src, strictyaml.Item(strictyaml.Key(at, "public"), i), id, c.Fields)
		}
		l.cites(src, at, c)
	}
}

// checkRegisters checks the base registers.
func (l *loader) checkRegisters() {
	unique(l, l.registers, "id", func(r catalogue.Register) string { return r.ID })
	for _, p := range l.registers {
		l.body(p.src, strictyaml.Key(p.path, "keeper"), p.value.Keeper)
		l.attributes(p.src, p.path, p.value.Fields)
		l.cites(p.src, p.path, p.value)
	}
}

// attributes checks the fields of a register or certificate.
func (l *loader) attributes(src *strictyaml.Source, at string, fields []catalogue.Attribute) {
	ids, paths := make([]string, len(fields)), make([]string, len(fields))
	for i, f := range fields {
		item := strictyaml.Item(strictyaml.Key(at, "fields"), i)
		ids[i], paths[i] = f.ID, strictyaml.Key(item, "id")
		l.options(src, item, f.Type, f.Options)
	}
	l.uniqueWithin(src, ids, paths)
}

// calendars loads the notices on holidays.
func (l *loader) calendars() {
	var years []deadline.Year
	of := map[int]*strictyaml.Source{}
	for _, src := range l.in("calendars/*.yaml") {
		var y deadline.Year
		l.complain(src.Decode(&y, l.grammar)...)
		if !src.Has("year") || y.Year == 0 {
			continue
		}
		if name := strings.TrimSuffix(path.Base(src.File()), ".yaml"); name != fmt.Sprint(y.Year) {
			l.complain(src.Complain("year",
				strictyaml.Say("年份 %[1]d 与文件名 %[2]s 不符", "the year is %[1]d and the file is called %[2]s", y.Year, name),
				strictyaml.Say("改成一致:calendars/%d.yaml", "make them agree: calendars/%d.yaml", y.Year)))
			continue
		}
		of[y.Year] = src
		years = append(years, y)
	}
	calendar, problems := deadline.NewCalendar(years)
	for _, p := range problems {
		if src := of[p.Year]; src != nil && src.Has(p.Path) {
			l.complain(src.Complain(p.Path, translate(p.What), translate(p.Remedy)))
		}
	}
	l.city.Calendar = calendar
	if calendar == nil { // a loading with complaints gives no city; the rest of the checks need no calendar
		l.city.Calendar, _ = deadline.NewCalendar(nil)
	}
}

// missingYear warns of a year without its notice.
func missingYear(year int) Complaint {
	return Complaint{
		File: fmt.Sprintf("calendars/%d.yaml", year), Line: 1, Col: 1, Warning: true,
		What: strictyaml.Say("没有 %d 年的放假安排,当年的期限都是暂定", "there is no calendar of %d: all due dates in that year are provisional", year),
		Remedy: strictyaml.Say("国务院办公厅的通知发布后,加上 calendars/%d.yaml",
			"add calendars/%d.yaml once the notice of the State Council is published", year),
	}
}
