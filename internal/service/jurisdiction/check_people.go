package jurisdiction

import (
	"fmt"
	"maps"
	"slices"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
)

// people loads the demonstration people, businesses and register records.
func (l *loader) people() {
	var people []placed[Person]
	var businesses []placed[Business]
	var records []placed[Record]
	for _, src := range l.in("people/*.yaml") {
		var d Demo
		l.complain(src.Decode(&d, l.grammar)...)
		for i, p := range d.People {
			people = append(people, placed[Person]{p, src, strictyaml.Item("people", i)})
		}
		for i, b := range d.Businesses {
			businesses = append(businesses, placed[Business]{b, src, strictyaml.Item("businesses", i)})
		}
		for i, r := range d.Records {
			records = append(records, placed[Record]{r, src, strictyaml.Item("records", i)})
		}
	}
	unique(l, people, "id", func(p Person) string { return p.ID })
	unique(l, people, "login", func(p Person) string { return p.Login })
	unique(l, people, "id_number", func(p Person) string { return p.IDNumber })
	unique(l, businesses, "id", func(b Business) string { return b.ID })
	unique(l, businesses, "uscc", func(b Business) string { return b.USCC })
	var known []string
	for _, p := range people {
		known = append(known, p.value.ID)
		l.person(p)
		l.city.People.People = append(l.city.People.People, p.value)
	}
	for _, b := range businesses {
		l.refer(b.src, b.path+".representative", b.value.Representative, known, aPerson)
		for i, id := range b.value.Agents {
			l.refer(b.src, strictyaml.Item(b.path+".agents", i), id, known, aPerson)
		}
		l.city.People.Businesses = append(l.city.People.Businesses, b.value)
	}
	first := map[string]placed[Record]{}
	for _, r := range records {
		l.record(r)
		l.city.People.Records = append(l.city.People.Records, r.value)
		key := fmt.Sprintf("%s %s %s", r.value.Register, r.value.Subject, r.value.Recorded)
		if was, twice := first[key]; twice {
			l.twice(idAt(r.src, r.path+".subject", r.value.Subject), idAt(was.src, was.path+".subject", was.value.Subject))
			continue
		}
		first[key] = r
	}
}

// person checks what an identity number says about its holder (GB 11643).
func (l *loader) person(p placed[Person]) {
	v := p.value
	if _, staff := l.city.Org.Post(v.Login); staff && v.Login != "" {
		l.complain(p.src.Complain(p.path+".login",
			strictyaml.Say("登录名 %q 是工作人员的", "the sign-in name %q is that of an officer", v.Login), strictyaml.Say("换一个", "take another one")))
	}
	n := v.IDNumber
	if !idNumberRule.Valid(n) || len(n) != 18 {
		return
	}
	if born := n[6:10] + "-" + n[10:12] + "-" + n[12:14]; v.Born != "" && v.Born != born {
		l.complain(p.src.Complain(p.path+".born",
			strictyaml.Say("出生日期 %[1]s 与身份号码不符", "the day of birth %[1]s disagrees with the identity number", v.Born),
			strictyaml.Say("按身份号码应是 %s", "by the number it is %s", born)))
	}
	gender := "female"
	if (n[16]-'0')%2 == 1 {
		gender = "male"
	}
	if v.Gender != "" && v.Gender != gender {
		l.complain(p.src.Complain(p.path+".gender",
			strictyaml.Say("性别 %[1]s 与身份号码不符", "the gender %[1]s disagrees with the identity number", v.Gender),
			strictyaml.Say("按身份号码应是 %s", "by the number it is %s", gender)))
	}
}

// record checks what a register is made to hold about somebody.
func (l *loader) record(r placed[Record]) {
	v := r.value
	if !l.refer(r.src, r.path+".register", v.Register, l.lookup.registers, aRegister) || v.Register == "" {
		return
	}
	reg := l.city.Registers[v.Register]
	valid, shape := idNumberRule.Valid, idNumberRule.Shape
	if reg.Key == "business" {
		valid, shape = usccRule.Valid, usccRule.Shape
	}
	if v.Subject != "" && !valid(v.Subject) {
		l.complain(r.src.Complain(r.path+".subject",
			strictyaml.Say("%[1]q 不是登记库 %[2]q 的主体", "%[1]q cannot be a subject of register %[2]q", v.Subject, v.Register),
			lang.Text{ZH: "应是" + shape.ZH, EN: "it should be " + shape.EN}))
	}
	for _, id := range slices.Sorted(maps.Keys(v.Values)) {
		at := strictyaml.Key(r.path+".values", id)
		a, ok := l.fieldOf(r.src, at, id, reg)
		if value := v.Values[id]; ok && value != "" && !fitsType(value, a.Type, a.Options) {
			l.wrongValue(r.src, at, value, a.Type, a.Options)
		}
	}
	if len(v.Values) == 0 && r.src.Has(r.path+".values") {
		l.complain(r.src.Complain(r.path+".values",
			strictyaml.Say("记录是空的", "the record is empty"), strictyaml.Say("写上字段和值", "write fields and values")))
	}
}

// fieldOf finds a field that is written as a key; what is wrong with it is shown at the key.
func (l *loader) fieldOf(src *strictyaml.Source, at, id string, reg catalogue.Register) (catalogue.Attribute, bool) {
	for _, f := range reg.Fields {
		if f.ID == id {
			return f, true
		}
	}
	l.complain(src.ComplainKey(at,
		strictyaml.Say("登记库 %[1]q 没有字段 %[2]q", "register %[1]q has no field %[2]q", reg.ID, id),
		strictyaml.DidYouMean(id, attributeIDs(reg.Fields), aField)))
	return catalogue.Attribute{}, false
}
