package gp

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/form"
	"tongban/internal/web/ui/text"
	"tongban/internal/web/ui/uitest"
)

func draw(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func field(kind string, options int) *catalogue.Field {
	f := &catalogue.Field{ID: "f", Type: kind, Text: lang.Text{ZH: "店面", EN: "Shop"}}
	for i := range options {
		f.Options = append(f.Options, catalogue.Option{Value: string(rune('a' + i)), Text: lang.Text{ZH: "选项", EN: "Option"}})
	}
	return f
}

func TestFieldOfEveryKind(t *testing.T) {
	t.Parallel()
	for _, kind := range form.Kinds() {
		for _, p := range []text.Printer{text.In(lang.ZH), text.In(lang.EN)} {
			f := Field{Field: field(kind, 3), Wrong: &fault.Field{Name: "f", Code: "field.required"}, Source: &Source{From: "公安局", On: "2026-03-08", Wrong: "/x"}, Users: []string{"甲", "乙"}, Unsure: true}
			page := "<h1>x</h1>" + draw(t, f.View(p)) + draw(t, Errors(p, []Field{f}))
			uitest.Check(t, page)
			said := f.Text(p)
			if got := strings.Count(page, templ.EscapeString(said)); got != 2 {
				t.Errorf("%s: the complaint stands %d times, want at the field and in the summary", kind, got)
			}
			if !strings.Contains(page, `id="f-source"`) || !strings.Contains(page, "f-source") {
				t.Errorf("%s: the source of the value is not shown", kind)
			}
		}
	}
}

func TestFieldChoosesItsControl(t *testing.T) {
	t.Parallel()
	p := text.In(lang.ZH)
	for _, tt := range []struct {
		name  string
		field Field
		has   []string
		not   string
	}{
		{"up to seven options are buttons", Field{Field: field("enum", 7), Value: "c"}, []string{`type="radio" value="c" checked`, `id="f-2"`}, "<select"},
		{"eight are a list", Field{Field: field("enum", 8), Value: "c"}, []string{"<select", `value="c" selected`}, `type="radio"`},
		{"yes and no", Field{Field: field("boolean", 0), Value: "false"}, []string{"govuk-radios--inline", `value="false" checked`, ">是<", ">否<"}, ""},
		{"not sure is an answer", Field{Field: field("boolean", 0), Value: "unsure", Unsure: true}, []string{`value="unsure" checked`, ">不确定<"}, "--inline"},
		{"not sure skips a number", Field{Field: field("integer", 0), Unsure: true}, []string{`<button class="gp-linkbutton" name="unsure"`, `inputmode="numeric"`, `type="text"`}, `type="number"`},
		{"an identity number may be pasted with blanks", Field{Field: field("id-number", 0)}, []string{`type="text"`, `spellcheck="false"`}, "maxlength"},
		{"a name has room", Field{Field: field("name", 0), Value: strings.Repeat("买", 50)}, []string{strings.Repeat("买", 50)}, "maxlength"},
		{"a locked value is not an input", Field{Field: field("text", 0), Value: "城东区", Locked: true}, []string{"gp-locked", "城东区"}, "<input"},
		{"the only question is the title", Field{Field: field("text", 0), Heading: true}, []string{`<h1 class="govuk-label-wrapper">`}, ""},
		{"money has its unit", Field{Field: field("money", 0)}, []string{`govuk-input__suffix`, ">元<"}, ""},
	} {
		html := draw(t, tt.field.View(p))
		for _, want := range tt.has {
			if !strings.Contains(html, want) {
				t.Errorf("%s: lacks %s in %s", tt.name, want, html)
			}
		}
		if tt.not != "" && strings.Contains(html, tt.not) {
			t.Errorf("%s: holds %s", tt.name, tt.not)
		}
	}
}

func TestDayKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	p := text.In(lang.ZH)
	f := field("date", 0)
	value, wrong := form.Parse(f, url.Values{"f-year": {"2026"}, "f-month": {"13"}, "f-day": {"8"}})
	shown := Field{Field: f, Value: value, Wrong: wrong}
	html := draw(t, shown.View(p))
	year, month, day := strings.Index(html, `name="f-year"`), strings.Index(html, `name="f-month"`), strings.Index(html, `name="f-day"`)
	if year < 0 || month < year || day < month {
		t.Errorf("the inputs stand at %d, %d, %d; want year, month, day", year, month, day)
	}
	if strings.Count(html, "govuk-input--error") != 1 || !strings.Contains(html, `govuk-input--error govuk-input--width-2" id="f-month" name="f-month" type="text" value="13"`) {
		t.Errorf("not exactly the month is marked: %s", html)
	}
	if got := draw(t, Errors(p, []Field{shown})); !strings.Contains(got, `href="#f-month"`) {
		t.Errorf("the summary does not lead to the month: %s", got)
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	zh, en := text.In(lang.ZH), text.In(lang.EN)
	area := field("decimal", 0)
	area.Unit = lang.Text{ZH: "平方米", EN: "m²"}
	for _, tt := range []struct {
		f    Field
		p    text.Printer
		want string
	}{
		{Field{Field: field("date", 0), Value: "2026-04-21"}, zh, "2026 年 4 月 21 日（星期二）"},
		{Field{Field: field("boolean", 0), Value: "true"}, en, "Yes"},
		{Field{Field: field("enum", 3), Value: "b"}, zh, "选项"},
		{Field{Field: field("id-number", 0), Value: "990100198803081125"}, zh, "990***********1125"},
		{Field{Field: area, Value: "86.5"}, en, "86.5 m²"},
		{Field{Field: field("money", 0), Value: "1200.00"}, zh, "1200.00 元"},
		{Field{Field: field("boolean", 0), Value: form.Unsure}, zh, "不确定"},
		{Field{Field: field("name", 0), Value: "王㴋䶮"}, zh, "王㴋䶮"},
		{Field{Field: area}, zh, ""},
	} {
		if got := tt.f.Shown(tt.p); got != tt.want {
			t.Errorf("%s %q shown as %q, want %q", tt.f.Field.Type, tt.f.Value, got, tt.want)
		}
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	p := text.In(lang.ZH)
	for _, tt := range []struct {
		days        int
		stopped     bool
		text, class string
	}{
		{-1, false, "已超 1 个工作日", "govuk-tag--red"},
		{0, false, "今天到期", "govuk-tag--orange"},
		{3, false, "剩 3 个工作日", "govuk-tag--yellow"},
		{4, false, "剩 4 个工作日", "gp-tag--plain"},
		{-1, true, "计时已暂停", "govuk-tag--grey"},
	} {
		if got := Left(p, tt.days, tt.stopped); got.Text != tt.text || got.Classes != tt.class {
			t.Errorf("Left(%d, %v) = %q %q, want %q %q", tt.days, tt.stopped, got.Text, got.Classes, tt.text, tt.class)
		}
	}
}
