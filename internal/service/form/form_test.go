package form

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
)

func ptr(n float64) *float64 { return &n }

func TestNormal(t *testing.T) {
	t.Parallel()
	options := []catalogue.Option{{Value: "household"}, {Value: "company"}}
	for _, tt := range []struct {
		kind, typed string
		field       catalogue.Field
		want, wrong string
	}{
		{kind: "text", typed: "  A 座 ", want: "A 座"},
		{kind: "text", typed: " \u3000\n", wrong: "field.required"},
		{kind: "text", typed: "", field: catalogue.Field{Optional: true}},
		{kind: "text", typed: strings.Repeat("㴋", 201), wrong: "field.too-long"},
		{kind: "text", typed: strings.Repeat("𠅤", 200), want: strings.Repeat("𠅤", 200)}, // two UTF-16 units and four bytes each
		{kind: "text", typed: "abcd", field: catalogue.Field{Max: 3}, wrong: "field.too-long"},
		{kind: "text", typed: "e\u0301", want: "é"},
		{kind: "text", typed: "①", want: "①"}, // NFKC would make it 1
		{kind: "text", typed: "bad \xff", wrong: "field.unreadable"},
		{kind: "long-text", typed: "一\r\n二", want: "一\n二"},

		{kind: "name", typed: "王㴋䶮", want: "王㴋䶮"},
		{kind: "name", typed: "𬱖𠅤\U00030EDE\U00031350\U0002EBF0", want: "𬱖𠅤\U00030EDE\U00031350\U0002EBF0"},
		{kind: "name", typed: "李", want: "李"},
		{kind: "name", typed: "阿卜杜热西提·买买提艾力", want: "阿卜杜热西提·买买提艾力"},
		{kind: "name", typed: "阿卜杜热西提•买买提艾力", want: "阿卜杜热西提·买买提艾力"},
		{kind: "name", typed: "阿卜杜热西提・买买提艾力", want: "阿卜杜热西提·买买提艾力"},
		{kind: "name", typed: "阿卜杜热西提．买买提艾力", want: "阿卜杜热西提·买买提艾力"},
		{kind: "name", typed: "阿卜杜热西提‧买买提艾力", want: "阿卜杜热西提·买买提艾力"},
		{kind: "name", typed: "阿卜杜热西提.买买提艾力", want: "阿卜杜热西提·买买提艾力"},
		{kind: "name", typed: "阿卜杜热西提 · 买买提艾力", want: "阿卜杜热西提·买买提艾力"},
		{kind: "name", typed: "Maria  Fernanda González López", want: "Maria Fernanda González López"},
		{kind: "name", typed: "O'Neil", want: "O'Neil"},
		{kind: "name", typed: "J. R. Smith", want: "J. R. Smith"},
		{kind: "name", typed: "王\uE863", wrong: "field.name.private"},
		{kind: "name", typed: "王\uE864", want: "王\u9FBB"},         // the one of GB 18030-2005 that became U+9FBB
		{kind: "name", typed: "葛\U000E0100", want: "葛\U000E0100"}, // a variation selector says which form is meant
		{kind: "name", typed: strings.Repeat("买", 50), field: catalogue.Field{Max: 20}, want: strings.Repeat("买", 50)},
		{kind: "name", typed: strings.Repeat("买", 101), wrong: "field.too-long"},
		{kind: "name", typed: "··", wrong: "field.name.letters"},
		{kind: "name", typed: "王2", wrong: "field.name.digits"},
		{kind: "name", typed: "<王>", wrong: "field.name.signs"},

		{kind: "id-number", typed: "990100198803081125", want: "990100198803081125"},
		{kind: "id-number", typed: " 990100 19880308 1125 ", want: "990100198803081125"},
		{kind: "id-number", typed: "９９０１００１９８８０３０８１１２５", want: "990100198803081125"},
		{kind: "id-number", typed: "990100198803081126", wrong: "field.id.check"},
		{kind: "id-number", typed: "99010019880308112", wrong: "field.id.length"},
		{kind: "id-number", typed: "99010019880308112A", wrong: "field.id.letters"},
		{kind: "uscc", typed: "123", wrong: "field.uscc.length"},
		{kind: "uscc", typed: "91990100MA00000000", wrong: "field.uscc.check"},

		{kind: "phone", typed: "139 0000 1234", want: "13900001234"},
		{kind: "phone", typed: "+86-13900001234", want: "13900001234"},
		{kind: "phone", typed: "(0571) 8888-0000", want: "057188880000"},
		{kind: "phone", typed: "+44 20 7946 0000", want: "+442079460000"},
		{kind: "phone", typed: "12345", want: "12345"},
		{kind: "phone", typed: "1390000123", wrong: "field.phone.length"},
		{kind: "phone", typed: "没有", wrong: "field.phone"},
		{kind: "email", typed: "Name@example.com ", want: "Name@example.com"},
		{kind: "email", typed: "name＠example．com", want: "name@example.com"},
		{kind: "email", typed: "name@localhost", wrong: "field.email"},
		{kind: "email", typed: "A <a@b.cn>", wrong: "field.email"},
		{kind: "address", typed: "城东区和平路 8 号", want: "城东区和平路 8 号"},
		{kind: "address", typed: "88-1", wrong: "field.address"},

		{kind: "integer", typed: "1，200", want: "1200"},
		{kind: "integer", typed: "３", want: "3"},
		{kind: "integer", typed: "3 人", field: catalogue.Field{Unit: lang.Text{ZH: "人"}}, want: "3"},
		{kind: "integer", typed: "2.5", wrong: "field.integer"},
		{kind: "integer", typed: "三", wrong: "field.number"},
		{kind: "integer", typed: "-1", field: catalogue.Field{Least: ptr(0)}, wrong: "field.least"},
		{kind: "decimal", typed: "086.50", want: "86.5"},
		{kind: "decimal", typed: "86.5平方米", field: catalogue.Field{Unit: lang.Text{ZH: "平方米"}}, want: "86.5"},
		{kind: "decimal", typed: "0.1", want: "0.1"},
		{kind: "decimal", typed: "-0", want: "0"},
		{kind: "decimal", typed: "八十六", wrong: "field.number"},
		{kind: "decimal", typed: "1e5", wrong: "field.number"},
		{kind: "decimal", typed: "100001", field: catalogue.Field{Most: ptr(100000)}, wrong: "field.most"},
		{kind: "money", typed: "¥1,200.5", want: "1200.50"},
		{kind: "money", typed: "10 万元", want: "100000.00"},
		{kind: "money", typed: "1.2亿", want: "120000000.00"},
		{kind: "money", typed: "0.07", want: "0.07"},
		{kind: "money", typed: "1.005", wrong: "field.money.decimals"},
		{kind: "money", typed: "99999999亿", wrong: "field.money"},
		{kind: "money", typed: "很多", wrong: "field.money"},
		{kind: "bank-card", typed: "6222 0200 0000 0000 009", wrong: "field.bank.check"},
		{kind: "bank-card", typed: "6222-0000-0000-0000-004", want: "6222000000000000004"},
		{kind: "bank-card", typed: "12a", wrong: "field.bank.digits"},

		{kind: "enum", typed: "company", field: catalogue.Field{Options: options}, want: "company"},
		{kind: "enum", typed: "other", field: catalogue.Field{Options: options}, wrong: "field.option"},
		{kind: "enum", typed: "", field: catalogue.Field{Options: options}, wrong: "field.choose"},
		{kind: "boolean", typed: "true", want: "true"},
		{kind: "boolean", typed: "on", wrong: "field.option"},
		{kind: "boolean", typed: "", wrong: "field.choose"},
	} {
		f := tt.field
		f.ID, f.Type = "f", tt.kind
		got, wrong := Normal(&f, tt.typed)
		want := tt.want
		if tt.wrong != "" && strings.TrimSpace(tt.typed) != "" {
			want = tt.typed // kept
		}
		if got != want || code(wrong) != tt.wrong {
			t.Errorf("%s %q: got %q, %q; want %q, %q", tt.kind, tt.typed, got, code(wrong), want, tt.wrong)
		}
	}
}

func code(f *fault.Field) string {
	if f == nil {
		return ""
	}
	return f.Code
}

func TestDay(t *testing.T) {
	t.Parallel()
	f := &catalogue.Field{ID: "d", Type: "date"}
	box := func(year, month, day string) url.Values {
		return url.Values{"d-year": {year}, "d-month": {month}, "d-day": {day}}
	}
	for _, tt := range []struct {
		name        string
		posted      url.Values
		want, wrong string
		part        string
	}{
		{"three inputs", box("2026", "3", "8"), "2026-03-08", "", ""},
		{"full-width digits", box("２０２６", "０３", "８"), "2026-03-08", "", ""},
		{"with the words", box("2026年", "3月", "8日"), "2026-03-08", "", ""},
		{"pasted 2026-3-8", box("2026-3-8", "", ""), "2026-03-08", "", ""},
		{"pasted 2026年3月8日", box("2026年3月8日", "", ""), "2026-03-08", "", ""},
		{"pasted 2026/03/08", box("2026/03/08", "", ""), "2026-03-08", "", ""},
		{"pasted 2026.3.8", box("2026.3.8", "", ""), "2026-03-08", "", ""},
		{"pasted 20260308", box("20260308", "", ""), "2026-03-08", "", ""},
		{"from the API", url.Values{"d": {"2026-03-08"}}, "2026-03-08", "", ""},
		{"a leap day", box("2028", "2", "29"), "2028-02-29", "", ""},
		{"30 February", box("2026", "2", "30"), "2026-2-30", "field.date.day", "day"},
		{"30 February, pasted", box("2026-2-30", "", ""), "2026-2-30", "field.date.day", "day"},
		{"month 13", box("2026", "13", "8"), "2026-13-8", "field.date.month", "month"},
		{"no month", box("2026", "", "8"), "2026--8", "field.date.no-month", "month"},
		{"no year", box("", "3", "8"), "-3-8", "field.date.no-year", "year"},
		{"only a year", box("2026", "", ""), "2026--", "field.date.no-month", "month"},
		{"two digits for the year", box("26", "3", "8"), "26-3-8", "field.date.year", "year"},
		{"long ago", box("1899", "12", "31"), "1899-12-31", "field.date.past", "year"},
		{"words", box("去年", "三", "八"), "去年-三-八", "field.date.digits", "year"},
		{"nothing", box("", "", ""), "", "field.required", ""},
	} {
		got, wrong := Parse(f, tt.posted)
		part := ""
		if wrong != nil {
			part = wrong.Args["part"]
		}
		if got != tt.want || code(wrong) != tt.wrong || part != tt.part {
			t.Errorf("%s: got %q, %q at %q; want %q, %q at %q", tt.name, got, code(wrong), part, tt.want, tt.wrong, tt.part)
		}
	}
	t.Run("gives back the inputs as they were typed", func(t *testing.T) {
		for value, want := range map[string][3]string{
			"2026-03-08": {"2026", "3", "8"}, "2026--8": {"2026", "", "8"}, "-3-8": {"", "3", "8"}, "2026-13-8": {"2026", "13", "8"},
			"去年-三-八": {"去年", "三", "八"}, "": {}, "昨天": {"昨天", "", ""},
		} {
			y, m, d := SplitDay(value)
			if diff := cmp.Diff(want, [3]string{y, m, d}); diff != "" {
				t.Errorf("SplitDay(%q): %s", value, diff)
			}
		}
	})
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	q := &catalogue.Question{ID: "area", Type: "decimal", Min: ptr(1)}
	for _, tt := range []struct {
		posted      url.Values
		want, wrong string
	}{
		{url.Values{"area": {"86"}}, "86", ""},
		{url.Values{"area": {"0"}}, "0", "field.least"},
		{url.Values{"area": {"86"}, "unsure": {"1"}}, Unsure, ""},
		{url.Values{"area": {"unsure"}}, Unsure, ""},
		{url.Values{}, "", "field.required"},
	} {
		got, wrong := ParseQuestion(q, tt.posted)
		if got != tt.want || code(wrong) != tt.wrong {
			t.Errorf("%v: got %q, %q; want %q, %q", tt.posted, got, code(wrong), tt.want, tt.wrong)
		}
	}
}

// FuzzNormal: whatever is typed, a canonical value stays as it is when it is read again, and a wrong
// one is kept as it was typed.
func FuzzNormal(f *testing.F) {
	for _, seed := range []string{"", "王㴋䶮", "2026-3-8", "1,200.50 元", "990100198803081125", "+86 139", "true", "\xff", "е\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, kind := range Kinds() {
			field := &catalogue.Field{ID: "f", Type: kind}
			value, wrong := Normal(field, typed)
			if wrong != nil {
				if value != "" && value != typed {
					t.Fatalf("%s: %q became %q although it is wrong", kind, typed, value)
				}
				continue
			}
			again, wrong := Normal(field, value)
			if wrong != nil || again != value {
				t.Fatalf("%s: %q was read as %q, and that as %q, %v", kind, typed, value, again, wrong)
			}
		}
	})
}
