package gallery

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/form"
	"tongban/internal/web/ui"
	"tongban/internal/web/ui/gp"
)

// Mount adds the gallery to the routes.
func Mount(m *ui.Mux) {
	m.Handle("GET /gallery", index)
	for _, p := range pages {
		m.Handle("GET /gallery/"+p.name, p.show)
	}
	m.Handle("POST /gallery/fields", posted)
	m.Handle("GET /gallery/error/{code}", failed)
}

// page is one page of the gallery.
type page struct {
	name  string
	staff bool
	nav   string
	wrong bool
	hero  func(u *ui.Request) templ.Component
	body  func(u *ui.Request) templ.Component
}

var pages = []page{
	{name: "home", nav: "services", hero: homeHero, body: homeBody},
	{name: "question", nav: "services", wrong: true, body: questionBody},
	{name: "checklist", nav: "services", body: checklistBody},
	{name: "tasks", nav: "applications", body: tasksBody},
	{name: "consent", nav: "applications", body: consentBody},
	{name: "track", nav: "applications", body: trackBody},
	{name: "mydata", nav: "data", body: mydataBody},
	{name: "queue", staff: true, nav: "queue", body: queueBody},
	{name: "case", staff: true, nav: "queue", body: caseBody},
	{name: "base", body: baseBody},
	{name: "blocks", body: blocksBody},
	{name: "fields", body: func(u *ui.Request) templ.Component { return fieldsBody(u, fields(u, nil, nil)) }},
	{name: "states", body: statesBody},
	{name: "staff-states", staff: true, nav: "queue", body: statesBody},
}

func (p page) show(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	out := ui.Page{Title: u.T("gallery.page." + p.name), Section: u.T("gallery.title"), Nav: p.nav, Staff: p.staff, Wrong: p.wrong, NoIndex: true, Body: p.body(u)}
	if p.hero != nil {
		out.Hero = p.hero(u)
	} else {
		out.Back = ui.Link{Text: u.T("gallery.title"), Href: u.Path("/gallery")}
	}
	if p.name == "checklist" {
		out.Crumbs = []ui.Link{{Text: u.T("gallery.title"), Href: u.Path("/gallery")}, {Text: u.T("gallery.event"), Href: u.Path("/gallery/home")}, {Text: out.Title}}
	}
	return u.Render(w, r, http.StatusOK, out)
}

func index(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	var cards []gp.CardLink
	for _, p := range pages {
		cards = append(cards, gp.CardLink{Title: u.T("gallery.page." + p.name), Text: "/gallery/" + p.name, Href: u.Path("/gallery/" + p.name)})
	}
	return u.Render(w, r, http.StatusOK, ui.Page{Title: u.T("gallery.title"), NoIndex: true, Body: indexBody(u, cards)})
}

// kinds of error pages, by the name in the address.
var kinds = map[string]error{
	"403": fault.New(fault.Denied, "denied"),
	"404": fault.New(fault.NotFound, "gallery.none"),
	"409": fault.New(fault.Conflict, "gallery.none"),
	"410": fault.New(fault.Late, "gallery.none"),
	"422": fault.Fields([]fault.Field{{Name: "area", Code: "field.number"}}),
	"429": fault.New(fault.Unavailable, "rate.signin"),
	"503": fault.New(fault.Unavailable, "register.down"),
}

// failed raises a fault of the kind that the address names, so that the real error page is seen.
func failed(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	if code == "500" {
		panic("gallery: a panic on purpose")
	}
	err, ok := kinds[code]
	if !ok {
		return fault.New(fault.NotFound, "gallery.none")
	}
	if u := ui.From(r); code == "403" && !u.SignedIn() {
		return u.Trouble(w, r, http.StatusForbidden, "")
	}
	return err
}

// posted reads the form of the page of fields and shows it again with what is wrong.
func posted(w http.ResponseWriter, r *http.Request) error {
	u := ui.From(r)
	if err := r.ParseForm(); err != nil {
		return err
	}
	values, wrongs := map[string]string{}, map[string]*fault.Field{}
	for _, f := range definitions {
		value, wrong := form.Parse(&f, r.PostForm)
		values[f.ID], wrongs[f.ID] = value, wrong
	}
	return u.Render(w, r, http.StatusUnprocessableEntity, ui.Page{
		Title: u.T("gallery.page.fields"), Section: u.T("gallery.title"), Wrong: true, NoIndex: true, Body: fieldsBody(u, fields(u, values, wrongs)),
	})
}

func name(zh, en string) lang.Text { return lang.Text{ZH: zh, EN: en} }

// definitions has one field of every kind.
var definitions = []catalogue.Field{
	{ID: "full-name", Type: "name", Text: name("经营者姓名", "Name of the owner"), Hint: name("和身份证上一样，少见的字也可以", "As on the identity card")},
	{ID: "id", Type: "id-number", Text: name("身份证号", "Identity number")},
	{ID: "uscc", Type: "uscc", Text: name("统一社会信用代码", "Unified social credit code"), Optional: true},
	{ID: "phone", Type: "phone", Text: name("联系电话", "Telephone"), Hint: name("座机也可以", "A landline is fine")},
	{ID: "mail", Type: "email", Text: name("电子邮箱", "E-mail"), Optional: true},
	{ID: "address", Type: "address", Text: name("店面地址", "Address of the shop")},
	{ID: "area", Type: "decimal", Text: name("使用面积", "Floor area"), Unit: name("平方米", "m²"), Hint: name("看租赁合同或不动产权证上的建筑面积", "See the lease"), Why: name("超过 300 平方米会多一项消防检查。", "Above 300 m² there is a fire inspection.")},
	{ID: "staff", Type: "integer", Text: name("从业人员", "Employees"), Unit: name("人", "people")},
	{ID: "capital", Type: "money", Text: name("投入资金", "Capital")},
	{ID: "card", Type: "bank-card", Text: name("收款账号", "Account for payments"), Optional: true},
	{ID: "lease", Type: "date", Text: name("租约从哪一天开始", "First day of the lease")},
	{ID: "sign", Type: "boolean", Text: name("要不要装门头招牌", "Will there be a sign above the door?")},
	{ID: "kind", Type: "enum", Text: name("经营主体", "Form of business"), Options: []catalogue.Option{
		{Value: "household", Text: name("个体工商户", "Individual business"), Hint: name("由一个人或一个家庭经营", "Run by one person or family")},
		{Value: "company", Text: name("公司", "Company")},
	}},
	{ID: "district", Type: "enum", Text: name("所在区县", "District"), Options: []catalogue.Option{
		{Value: "1", Text: name("城东区", "Chengdong")}, {Value: "2", Text: name("城西区", "Chengxi")}, {Value: "3", Text: name("城南区", "Chengnan")},
		{Value: "4", Text: name("城北区", "Chengbei")}, {Value: "5", Text: name("高新区", "Gaoxin")}, {Value: "6", Text: name("临江县", "Linjiang")},
		{Value: "7", Text: name("平山县", "Pingshan")}, {Value: "8", Text: name("云门县", "Yunmen")},
	}},
	{ID: "dishes", Type: "long-text", Text: name("主要菜品", "Main dishes"), Optional: true},
	{ID: "code", Type: "text", Text: name("房屋编号", "House code"), Optional: true},
}

func fields(u *ui.Request, values map[string]string, wrongs map[string]*fault.Field) []gp.Field {
	all := make([]gp.Field, len(definitions))
	for i := range definitions {
		f := &definitions[i]
		all[i] = gp.Field{Field: f, Value: values[f.ID], Wrong: wrongs[f.ID]}
		switch f.ID {
		case "full-name":
			all[i].Source = &gp.Source{From: u.T("gallery.police"), On: "2026-03-08", Wrong: u.Path("/gallery/states")}
			if values == nil {
				all[i].Value = "王㴋䶮"
			}
		case "address":
			all[i].Users = []string{u.T("gallery.market"), u.T("gallery.fire"), u.T("gallery.urban")}
		}
	}
	return all
}

// wrongFields are two fields of a question page with typical mistakes.
func wrongFields() []gp.Field {
	read := func(id string, typed url.Values) gp.Field {
		for i := range definitions {
			if f := &definitions[i]; f.ID == id {
				value, wrong := form.Parse(f, typed)
				return gp.Field{Field: f, Value: value, Wrong: wrong}
			}
		}
		return gp.Field{}
	}
	return []gp.Field{
		read("area", url.Values{"area": {"八十六"}}),
		read("lease", url.Values{"lease-year": {"2026"}, "lease-month": {"13"}, "lease-day": {"8"}}),
	}
}
