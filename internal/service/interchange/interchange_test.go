package interchange_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/interchange"
	"tongban/internal/service/jurisdiction"
)

const cityDir = "../../../jurisdictions/shifan"

var shifan = sync.OnceValue(func() *jurisdiction.City {
	city, complaints := jurisdiction.Load(os.DirFS(cityDir), "shifan")
	if city == nil {
		panic(complaints[0].String())
	}
	return city
})

func standard(t testing.TB) *interchange.Standard {
	t.Helper()
	s, err := interchange.NewStandard()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// out takes the checklists of the city out as CSV, one text for each table.
func out(t testing.TB, s *interchange.Standard) map[string][]byte {
	t.Helper()
	all, _ := s.Checklists(shifan())
	texts := map[string][]byte{}
	for _, table := range s.Tables() {
		var b bytes.Buffer
		if err := s.WriteCSV(&b, table, all); err != nil {
			t.Fatal(err)
		}
		texts[table] = b.Bytes()
	}
	return texts
}

func asFiles(texts map[string][]byte) []interchange.Text {
	var files []interchange.Text
	for table, text := range texts {
		files = append(files, interchange.Text{Name: table + ".csv", Text: text})
	}
	return files
}

// edit changes cells of a table: by task code (the first row of it) and column.
func edit(t testing.TB, text []byte, change func(head []string, rows [][]string) [][]string) []byte {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(append(rows[:1:1], change(rows[0], rows[1:])...)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func stops(r *interchange.Report) []string {
	var all []string
	for _, m := range r.Misfits {
		if !m.Warning {
			all = append(all, m.String())
		}
	}
	return all
}

// What goes out as checklists and comes back unchanged changes nothing, whatever the fields cannot hold.
func TestChecklistsComeBack(t *testing.T) {
	t.Parallel()
	s, city := standard(t), shifan()
	all, report := s.Checklists(city)
	if len(all) < 120 || report.Stops() {
		t.Fatalf("%d checklists, %v", len(all), report.Misfits)
	}
	var text bytes.Buffer
	if err := s.WriteJSON(&text, all); err != nil {
		t.Fatal(err)
	}
	inGB := out(t, s)
	for table, utf8 := range inGB {
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(bytes.TrimPrefix(utf8, []byte("\ufeff")))
		if err != nil {
			t.Fatal(err)
		}
		inGB[table] = gb
	}
	for name, files := range map[string][]interchange.Text{
		"JSON": {{Name: "all.json", Text: text.Bytes()}}, "CSV in UTF-8": asFiles(out(t, s)), "CSV in GB 18030": asFiles(inGB),
	} {
		t.Run(name, func(t *testing.T) {
			lists, r := s.Read(files...)
			draft := s.Fit(city, lists, r)
			if got := stops(r); got != nil {
				t.Errorf("%d did not fit: %v", len(got), got[:min(5, len(got))])
			}
			if r.Rows != len(all) || r.Same != len(all) || len(draft.Services()) != 0 {
				t.Errorf("%d rows, %d the same, changed %v, want %d", r.Rows, r.Same, draft.Services(), len(all))
			}
		})
	}
}

// Every element that the catalogue can hold goes out and comes back, and one that is taken out is gone.
func TestElementsComeBack(t *testing.T) {
	t.Parallel()
	s := standard(t)
	city, complaints := jurisdiction.Load(os.DirFS(cityDir), "shifan") // one of its own, to be written on
	if city == nil {
		t.Fatal(complaints)
	}
	said := func(zh string) catalogue.Outcome {
		return catalogue.Outcome{Text: lang.Text{ZH: zh}, Cite: law.Cite{Certainty: law.Known, Source: lang.Text{ZH: "all.json 第 1 行", EN: "all.json, row 1"}}}
	}
	one := func(zh string) *catalogue.Outcome { o := said(zh); return &o }
	want := catalogue.Elements{
		LocalCode: "99-1", ItemCode: "99-1-01", From: "2026-01-01", Until: "2027-01-01", Standing: "entrusted", EntrustedBy: "market", Power: "entrusted", With: []string{"fire", "tobacco"},
		Intermediary: one("检测"), Quota: one("每年 10 个"), Depth: []string{"receive", "accept"}, Centre: "no", Booking: "yes", Pay: "yes", Post: "yes", Terminal: "no",
		Delivery: lang.Text{ZH: "窗口"}, Traffic: lang.Text{ZH: "地铁 1 号线"}, Rights: []catalogue.Condition{catalogue.Condition(said("陈述"))}, Duties: []catalogue.Condition{catalogue.Condition(said("如实")), catalogue.Condition(said("配合"))},
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[catalogue.Elements]()) {
		if reflect.ValueOf(want).FieldByIndex(f.Index).IsZero() {
			t.Errorf("%s is not tried", f.Name)
		}
	}
	const code = "11990100DEM000081G3991081001001" // the shop sign
	offer, _ := city.Offer(code)
	had := offer.Matter.Elements
	offer.Matter.Elements = &want
	all, _ := s.Checklists(city)
	i := slices.IndexFunc(all, func(c interchange.Checklist) bool { return c.Task.Cells["task_code"] == code })
	offer.Matter.Elements = had
	var text bytes.Buffer
	if err := s.WriteJSON(&text, all[i:i+1]); err != nil {
		t.Fatal(err)
	}
	lists, r := s.Read(interchange.Text{Name: "all.json", Text: text.Bytes()})
	draft := s.Fit(city, lists, r)
	if got := stops(r); got != nil || r.Drafted != 1 {
		t.Fatalf("%d drafted, %v", r.Drafted, got)
	}
	files, err := draft.Files()
	if err != nil {
		t.Fatal(err)
	}
	var drafted catalogue.Service
	if err := yaml.Load(files["services/"+offer.Entry.Service.ID+"/service.yaml"], &drafted); err != nil {
		t.Fatal(err)
	}
	for _, m := range drafted.Matters {
		if m.ID == offer.Matter.ID && !reflect.DeepEqual(*m.Elements, want) {
			t.Errorf("came back %+v\nwant %+v", *m.Elements, want)
		}
	}
}

// A cell that was changed changes that and nothing else; the draft loads in the place of the service.
func TestOneCellIsChanged(t *testing.T) {
	t.Parallel()
	s, city := standard(t), shifan()
	texts := out(t, s)
	const code = "11990100DEM000081G3991081001001" // the shop sign
	offer, ok := city.Offer(code)
	if !ok {
		t.Fatal("the city has no shop sign any more")
	}
	texts["task"] = edit(t, texts["task"], func(head []string, rows [][]string) [][]string {
		for _, row := range rows {
			if row[slices.Index(head, "task_code")] == code {
				row[slices.Index(head, "promise_day")] = "2"
				row[slices.Index(head, "transact_addr")] = "新址"
			}
		}
		return rows
	})
	lists, r := s.Read(asFiles(texts)...)
	draft := s.Fit(city, lists, r)
	if got := stops(r); got != nil || r.Drafted != 1 {
		t.Fatalf("%d drafted, %v", r.Drafted, got)
	}
	files, err := draft.Files()
	if err != nil {
		t.Fatal(err)
	}
	name := "services/" + offer.Entry.Service.ID + "/service.yaml"
	// The new place is there in Chinese only; that is what is left to do, and all.
	_, complaints := jurisdiction.Load(over{os.DirFS(cityDir), files}, "shifan")
	if len(complaints) != 1 || !strings.Contains(complaints[0].String(), name) || !strings.Contains(complaints[0].What.EN, "missing in English") && !strings.Contains(complaints[0].What.EN, "is empty") {
		t.Errorf("check says %v", complaints)
	}
	files[name] = bytes.Replace(files[name], []byte(`{zh: 新址, en: ''}`), []byte(`{zh: 新址, en: New place}`), 1)
	changed, complaints := jurisdiction.Load(over{os.DirFS(cityDir), files}, "shifan")
	if changed == nil {
		t.Fatal(complaints)
	}
	was, is := offer.Matter, changed.Services[offer.Entry.Service.ID]
	want := *was
	limit := *was.Promised
	limit.N = 2
	want.Promised, want.Contact.Place = &limit, lang.Text{ZH: "新址", EN: "New place"}
	for i := range is.Service.Matters {
		if m := is.Service.Matters[i]; m.ID == was.ID {
			if d := cmp.Diff(want, m); d != "" {
				t.Error(d)
			}
		} else if d := cmp.Diff(offer.Entry.Service.Matters[i], m); d != "" {
			t.Errorf("another matter changed: %s", d)
		}
	}
}

// What a file does not speak of stays; what it says is empty is taken out.
func TestWhatIsNotSaidStays(t *testing.T) {
	t.Parallel()
	s, city := standard(t), shifan()
	const code = "11990100DEM000014J3990131002001" // the food licence
	offer, ok := city.Offer(code)
	if !ok || offer.Matter.Statutory == nil || offer.Matter.Special == nil || offer.Matter.Conditions == nil {
		t.Fatal("the food licence is not what it was")
	}
	for text, change := range map[string]func(m *catalogue.Matter){
		`[{"task_code": "` + code + `"}]`:                          nil,
		`[{"task_code": "` + code + `", "handle_area": "全国"}]`:     func(m *catalogue.Matter) { m.Area = "nation" },
		`[{"task_code": "` + code + `", "special_procedure": ""}]`: func(m *catalogue.Matter) { m.Special = nil },
	} {
		lists, r := s.Read(interchange.Text{Name: "f.json", Text: []byte(text)})
		draft := s.Fit(city, lists, r)
		if change == nil {
			if r.Same != 1 || len(r.Misfits) != 0 {
				t.Errorf("%s: %+v", text, r)
			}
			continue
		}
		files, err := draft.Files()
		if err != nil || r.Drafted != 1 {
			t.Fatalf("%s: %+v, %v", text, r, err)
		}
		again, complaints := jurisdiction.Load(over{os.DirFS(cityDir), files}, "shifan")
		if again == nil {
			t.Fatal(complaints)
		}
		want := *offer.Matter
		change(&want)
		got, _ := again.Offer(code)
		if d := cmp.Diff(want, *got.Matter); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

// over is a folder with some of its files replaced.
type over struct {
	fs.FS
	files map[string][]byte
}

func (o over) ReadFile(name string) ([]byte, error) {
	if text, ok := o.files[name]; ok {
		return text, nil
	}
	return fs.ReadFile(o.FS, name)
}

// wellSaid wants everything in both languages, with its values in place.
func wellSaid(t *testing.T, r *interchange.Report) {
	t.Helper()
	for _, m := range r.Misfits {
		zh, en := m.In(lang.ZH), m.In(lang.EN)
		if zh == en || m.Remedy.ZH == "" || m.Remedy.EN == "" || strings.Contains(zh+en, "%!") {
			t.Errorf("not well said: %s / %s", zh, en)
		}
	}
}

// Every row that does not fit is told with its row and column and what would be right, and is left out whole.
func TestWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	s, city := standard(t), shifan()
	fresh := func(change map[string]string) string {
		cells := map[string]string{
			"task_code": "11990100DEM000081G3991081999001", "task_name": "临时占用人行道摆摊备案", "task_type": "10", "by_law": "示范市地方规定", "server_type": "2", "project_type": "承诺件",
			"promise_day": "3", "promise_type": "工作日", "accept_condition": "有营业执照\n不挡盲道", "special_procedure": "无", "is_fee": "否", "limit_scene_num": "0", "limit_scene_explain": "无",
			"transact_addr": "市民中心", "transact_time": "周一至周五", "link_way": "0990-1234008", "supervise_way": "投诉电话：0990-1239008", "corp_topic_type": "准营准办",
		}
		for k, v := range change {
			cells[k] = v
		}
		text, _ := json.Marshal([]any{cells})
		return string(text)
	}
	for _, tt := range []struct {
		name   string
		change map[string]string
		want   string // empty: it fits
	}{
		{"a whole row fits", nil, ""},
		{"a missing name", map[string]string{"task_name": ""}, "f.json row 1 task_name: Name of the matter is missing; fill it in"},
		{"a missing basis", map[string]string{"by_law": ""}, "by_law: Basis in law is missing"},
		{"a code that is none", map[string]string{"task_code": "123"}, `task_code: "123" is no implementation code of 31 characters`},
		{"a code that a spreadsheet spoiled", map[string]string{"catalog_code": "9.91082E+11"}, `catalog_code: it is "9.91082E+11", and the implementation code says 991081999001; mend one of them; format the column as text`},
		{"a wrong check character", map[string]string{"task_code": "11990100DEM000081H3991081999001"}, `is no implementation code`},
		{"a body of another place", map[string]string{"task_code": "11370800MB285591843370117002011"}, `the jurisdiction has no body with the code 11370800MB28559184`},
		{"a type that cannot be applied for", map[string]string{"task_type": "02"}, `task_type: it cannot be "02"; write one of 01,`},
		{"no limit at all", map[string]string{"promise_day": "", "promise_type": ""}, `promise_day: there is neither a statutory nor a promised limit`},
		{"a limit that is no number", map[string]string{"promise_day": "三"}, `promise_day: "三" is no number of days`},
		{"a limit without its unit", map[string]string{"promise_type": ""}, `promise_type: the unit of the limit is missing`},
		{"a promise beyond the law", map[string]string{"anticipate_day": "2", "anticipate_type": "工作日"}, `promise_day: promised are 3 and the law gives 2`},
		{"handled at once in three days", map[string]string{"project_type": "即办件"}, `project_type: the kind of handling and the promised limit do not agree`},
		{"a visit without a reason", map[string]string{"limit_scene_num": "1"}, `limit_scene_explain: 1 visits in person without a reason`},
		{"a reason without a visit", map[string]string{"limit_scene_explain": "核对原件"}, `limit_scene_explain: a reason for visits where there are none`},
		{"one number for both", map[string]string{"supervise_way": "0990-1234008"}, `supervise_way: complaints go to the number for questions`},
		{"no number", map[string]string{"link_way": "到窗口问"}, `link_way: it holds 0 telephone numbers with an area code`},
		{"a topic that there is not", map[string]string{"corp_topic_type": "准营准业"}, `corp_topic_type: there is no topic "准营准业"; did you mean "准营准办"?`},
		{"nobody may apply", map[string]string{"server_type": "", "corp_topic_type": ""}, `server_type: who may apply is missing`},
		{"a fee that is not told", map[string]string{"is_fee": "是"}, `is_fee: a fee is charged and there is none in the table of fees`},
		{"a procedure that there is not", map[string]string{"special_procedure": "公示"}, `special_procedure: it cannot be "公示"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lists, r := s.Read(interchange.Text{Name: "f.json", Text: []byte(fresh(tt.change))})
			draft := s.Fit(city, lists, r)
			if tt.want == "" {
				if got := stops(r); got != nil || r.Drafted != 1 {
					t.Fatalf("%d drafted, %v", r.Drafted, got)
				}
				files, err := draft.Files()
				if err != nil {
					t.Fatal(err)
				}
				text := string(files["services/m-11990100dem000081g3991081999001/service.yaml"])
				for _, has := range []string{"name: {zh: 临时占用人行道摆摊备案}", "lead: urban-management", "certainty: K", "complain: 0990-1239008", "topics: [permits]", "promised:"} {
					if !strings.Contains(text, has) {
						t.Errorf("the draft has no %q:\n%s", has, text)
					}
				}
				for _, invented := range []string{"level", "en:", "why", "handling", "statutory"} {
					if strings.Contains(text, invented+":") && invented != "en" {
						t.Errorf("the draft has a %s that nobody wrote:\n%s", invented, text)
					}
				}
				return
			}
			if r.Refused != 1 || r.Drafted != 0 || len(draft.Services()) != 0 {
				t.Errorf("refused %d, drafted %d", r.Refused, r.Drafted)
			}
			if got := strings.Join(stops(r), "\n"); !strings.Contains(got, tt.want) {
				t.Errorf("said %q, want %q", got, tt.want)
			}
			wellSaid(t, r)
		})
	}
}

// Files that are broken are told, and what can be read of them is.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	s, city := standard(t), shifan()
	head := "task_code,task_name,task_type,by_law,limit_scene_num,transact_addr,transact_time,link_way,supervise_way,promise_day,promise_type,server_type\n"
	good := "11990100DEM000081G399108199900%d,备案,10,规定,0,大厅,每天,0990-1234008,0990-1239008,3,工作日,2\n"
	row := func(n int) string { return strings.Replace(good, "%d", strconv.Itoa(n), 1) }
	for _, tt := range []struct {
		name, text, want string
		drafted          int
	}{
		{"a row with too many cells", head + row(1) + strings.Replace(row(2), "规定", "规定,和别的", 1), "f.csv row 3: the row has 13 cells and the header 12", 1},
		{"a row with too few cells", head + row(1) + "x,y\n", "f.csv row 3 task_type: Type of the matter is missing", 1},
		{"empty cells at the end, left out and added", strings.Replace(head, "\n", ",dept_name,handle_area\n", 1) + row(1) + strings.Replace(row(2), "\n", ",,,,\n", 1), "", 2},
		{"a quote in the middle", head + row(1) + "x\"y,z\n" + row(2), "f.csv row 3: the quotes of the row are wrong", 2},
		{"a code that stands twice", head + row(1) + row(1), "f.csv row 3 task_code: the code 11990100DEM000081G3991081999001 stands twice; it is in row 2 already", 1},
		{"a column that is missing", strings.Replace(head, "by_law", "by_laws", 1) + row(1), "f.csv row 1 by_law: the column is missing (Basis in law), so no row fits", 0},
		{"another kind of table", "a,b\n1,2\n", "it cannot be told which table this is", 0},
		{"nothing", "", "there is no header", 0},
		{"another encoding", "\xff\xfe\x00t\x81", "the text is neither UTF-8 nor GB 18030", 0},
		{"JSON that ends early", `[{"task_code": "x"`, "the JSON cannot be read", 0},
		{"JSON that is no list", `{"task_code": "x"}`, "this is no list of checklists", 0},
		{"JSON that ends between two", `[{"task_code": "11990100DEM000014J3990131002001"}`, "the file ends in the middle", 0},
		{"JSON with a list that is none", `[{"task_code": "11990100DEM000014J3990131002001", "task_name": "x", "fees": 1}]`, "f.csv row 1 fees: it is no list", 0},
		{"JSON with a row that is none", `[{"task_code": "11990100DEM000014J3990131002001", "task_name": "x", "materials": [1]}]`, "f.csv row 1 materials: the list holds something that is no object", 0},
		{"JSON with an object for a text", `[{"task_code": "11990100DEM000014J3990131002001", "task_name": {}}]`, "f.csv row 1 task_name: it is no text", 0},
		{"Chinese titles", "实施编码" + strings.TrimPrefix(head, "task_code") + row(1), "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lists, r := s.Read(interchange.Text{Name: "f.csv", Text: []byte(tt.text)})
			s.Fit(city, lists, r)
			if got := strings.Join(stops(r), "\n"); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("said %q, want %q", got, tt.want)
			}
			wellSaid(t, r)
			if r.Drafted != tt.drafted || r.Drafted+r.Refused+r.Same != r.Rows {
				t.Errorf("drafted %d of %d, refused %d, want %d", r.Drafted, r.Rows, r.Refused, tt.drafted)
			}
		})
	}
	t.Run("rows of other tables", func(t *testing.T) {
		t.Parallel()
		lists, r := s.Read(interchange.Text{Name: "a.csv", Text: []byte(head + row(1) + row(2))},
			interchange.Text{Name: "b.csv", Text: []byte("task_code,material_name,is_need,by_law,source_type\n11990100DEM000081G3991081999001,平面图,必要,规定,申请人自备\n11990100DEM000081G3991081999002,照片,非必要,规定,申请人自备\nnone,照片,必要,规定,申请人自备\n")})
		s.Fit(city, lists, r)
		want := []string{`b.csv row 3 is_need: the catalogue has no materials that are not necessary; take it out, or write when it is needed`, `b.csv row 4 task_code: there is no matter with the code "none"; mend the code, or add the row of the matter`}
		if d := cmp.Diff(want, stops(r)); d != "" || r.Drafted != 1 || r.Refused != 1 {
			t.Errorf("drafted %d, refused %d: %s", r.Drafted, r.Refused, d)
		}
	})
	for name, tt := range map[string]struct {
		materials string
		drafted   int
	}{
		"a row of a matter that is too long":    {"task_code,material_name,is_need,by_law\n11990100DEM000081G3991081999001,平面图,必要,规定,和别的\n", 1},
		"a row of which nobody knows whose":     {"task_code,material_name,is_need,by_law\n11990100DEM000081G3991081999001,平\"面图,必要,规定\n", 0},
		"a table without a column that must be": {"task_code,material_name,is_need\n11990100DEM000081G3991081999001,平面图,必要\n", 0},
		"a table that is none":                  {"x\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lists, r := s.Read(interchange.Text{Name: "a.csv", Text: []byte(head + row(1) + row(2))}, interchange.Text{Name: "b.csv", Text: []byte(tt.materials)})
			s.Fit(city, lists, r)
			if !r.Stops() || r.Drafted != tt.drafted || r.Refused != 2-tt.drafted {
				t.Errorf("drafted %d, refused %d of %d: %v", r.Drafted, r.Refused, r.Rows, r.Misfits)
			}
			wellSaid(t, r)
		})
	}
}

// Of twenty thousand rows with five hundred bad ones the good ones become a draft and the bad ones are told.
func TestTwentyThousandRows(t *testing.T) {
	t.Parallel()
	s, city := standard(t), shifan()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"task_code", "task_name", "task_type", "by_law", "limit_scene_num", "transact_addr", "transact_time", "link_way", "supervise_way", "promise_day", "promise_type", "server_type", "dept_type"}
	_ = w.Write(head)
	bad := map[int]string{}
	for i := range 20_000 {
		row := []string{"11990100DEM000081G3" + strconv.Itoa(991000000000+i), "事项" + strconv.Itoa(i), "10", "某规定", "0", "大厅", "每天", "0990-1234008", "0990-1239008", "3", "工作日", "2", "法定机关"}
		if i%40 == 7 {
			column := []int{1, 3, 9, 10, 7}[i/40%5]
			row[column] = map[int]string{1: "", 3: "", 9: "x", 10: "天", 7: "无"}[column]
			bad[i+2] = head[column]
		}
		_ = w.Write(row)
	}
	w.Flush()
	lists, r := s.Read(interchange.Text{Name: "big.csv", Text: b.Bytes()})
	draft := s.Fit(city, lists, r)
	if r.Rows != 20_000 || r.Drafted != 19_500 || r.Refused != 500 || len(draft.Services()) != 19_500 {
		t.Fatalf("%d rows: %d drafted, %d refused", r.Rows, r.Drafted, r.Refused)
	}
	told := map[int]string{}
	for _, m := range r.Misfits {
		if !m.Warning {
			told[m.Row] = m.Column
		}
	}
	if d := cmp.Diff(bad, told); d != "" {
		t.Error(d)
	}
}

func TestPutsAllOrNothing(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	for name, files := range map[string]map[string][]byte{"a name that leads out": {"services/a/service.yaml": nil, "../x.yaml": nil}, "a name that is a folder": {"a": nil, "a/b": nil}} {
		if err := interchange.Put(filepath.Join(parent, "draft"), files, nil); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	there := filepath.Join(parent, "there")
	if err := interchange.Put(there, map[string][]byte{"services/a/service.yaml": []byte("id: a\n"), "topics.yaml": nil}, nil); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(there, "services/a/service.yaml")); err != nil || string(text) != "id: a\n" {
		t.Errorf("put %q, %v", text, err)
	}
	if err := interchange.Put(there, nil, nil); err == nil {
		t.Error("a folder that is there was written over")
	}
	refuse := func(fs.FS) error { return fs.ErrInvalid }
	if err := interchange.Put(filepath.Join(parent, "draft"), map[string][]byte{"a": nil}, refuse); err == nil {
		t.Error("what the check refuses was put")
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) != 1 {
		t.Errorf("left behind %v, %v", left, err)
	}
}

// The whole catalogue goes out and comes back under the same editions: the city's, and that of every service.
func TestWholeComesBack(t *testing.T) {
	t.Parallel()
	city := shifan()
	whole, err := interchange.TakeOut(os.DirFS(cityDir), city)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := whole.Write(&text); err != nil {
		t.Fatal(err)
	}
	if !interchange.IsWhole(text.Bytes()) || interchange.IsWhole([]byte(`[{"form": 1}]`)) {
		t.Error("a whole catalogue is not told from other JSON")
	}
	back, err := interchange.ReadWhole(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "shifan")
	if complaints, err := back.Put(dir); err != nil {
		t.Fatal(err, complaints)
	}
	again, complaints := jurisdiction.Load(os.DirFS(dir), "shifan")
	if again == nil {
		t.Fatal(complaints)
	}
	if again.Edition != city.Edition {
		t.Errorf("the city's edition is %s, want %s", again.Edition, city.Edition)
	}
	for _, id := range city.ServiceIDs() {
		e := city.Services[id]
		if got := again.Services[id].Edition; got != e.Edition {
			t.Errorf("the edition of %s is %s, want %s", id, got, e.Edition)
		}
		// The fixed form of one edition, alone, is as good.
		if one, complaints := jurisdiction.Compile(e.Text()); one == nil || one.Edition != e.Edition {
			t.Errorf("the fixed form of %s does not give its edition: %v", id, complaints)
		}
	}
	for name, change := range map[string]func(*interchange.Whole){
		"a file that was changed":   func(w *interchange.Whole) { w.Files["topics.yaml"] += "# x\n" },
		"a file that is gone":       func(w *interchange.Whole) { delete(w.Files, "stages.yaml") },
		"a name that leads out":     func(w *interchange.Whole) { w.Files["../x.yaml"] = "" },
		"an edition that was faked": func(w *interchange.Whole) { w.Services["newborn"] = strings.Repeat("0", 64) },
	} {
		changed, err := interchange.ReadWhole(text.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		change(changed)
		at := filepath.Join(t.TempDir(), "shifan")
		if _, err := changed.Put(at); err == nil {
			t.Errorf("%s was taken", name)
		}
		if _, err := os.Stat(at); err == nil {
			t.Errorf("%s left a folder", name)
		}
	}
}

// Each service written as a draft, complete, is the same edition again.
func TestServiceFilesKeepTheEdition(t *testing.T) {
	t.Parallel()
	city := shifan()
	files, err := interchange.Everything(city).Files()
	if err != nil {
		t.Fatal(err)
	}
	again, complaints := jurisdiction.Load(over{os.DirFS(cityDir), files}, "shifan")
	if again == nil {
		t.Fatal(complaints[:min(5, len(complaints))])
	}
	for _, id := range city.ServiceIDs() {
		if got, want := again.Services[id].Edition, city.Services[id].Edition; got != want {
			t.Errorf("the edition of %s is %s, want %s", id, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	s, err := interchange.NewStandard()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("task_code,task_name\nx,\"y\n"))
	f.Add([]byte(`[{"task_code": "11990100DEM000081G3991081001001", "materials": [{"material_name": "x"}], "fees": 1}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		lists, r := s.Read(interchange.Text{Name: "f", Text: text})
		s.Fit(shifan(), lists, r)
		if r.Drafted+r.Same+r.Refused != r.Rows {
			t.Errorf("%+v", r)
		}
	})
}
