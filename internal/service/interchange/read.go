package interchange

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
)

// Bounds of what is read. The catalogue of a whole province is smaller.
const (
	maxText = 256 << 20
	maxRows = 200_000
	maxCell = 20_000 // characters
)

// Text is a file that was handed over.
type Text struct {
	Name string
	Text []byte
}

// Read reads checklists from files: one JSON file, or CSV files of which each is one table, told by its
// header. What cannot be read goes into the report with its row.
func (s *Standard) Read(files ...Text) ([]Checklist, *Report) {
	r := &reading{Standard: s, report: &Report{}, at: map[string]int{}, files: map[string]string{}}
	slices.SortStableFunc(files, func(a, b Text) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range files {
		f.Name = path.Base(f.Name)
		if len(f.Text) > maxText {
			r.refuse(f.Name, 0, "", say("文件太大", "the file is too large"), say("拆成几个", "split it"))
			continue
		}
		text, ok := decoded(f.Text)
		if !ok {
			r.refuse(f.Name, 0, "", say("不是 UTF-8，也不是 GB 18030", "the text is neither UTF-8 nor GB 18030"), say("另存为“CSV UTF-8”", `save it as "CSV UTF-8"`))
			continue
		}
		if head := bytes.TrimSpace(text[:min(len(text), 512)]); len(head) > 0 && (head[0] == '[' || head[0] == '{') {
			r.json(f.Name, text)
		} else {
			r.csv(f.Name, text)
		}
	}
	r.join()
	return r.all, r.report
}

// decoded turns a text into UTF-8 without a byte order mark.
func decoded(text []byte) ([]byte, bool) {
	text = bytes.TrimPrefix(text, []byte(bom))
	if utf8.Valid(text) {
		return text, true
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// reading is one reading.
type reading struct {
	*Standard
	report *Report
	all    []Checklist
	at     map[string]int    // checklist by task_code
	rows   []tableRow        // of the other tables, until all matters are known
	files  map[string]string // file by table
	unsure bool              // rows could not be read, and it cannot be told whose they are
}

type tableRow struct {
	table string
	row   Row
	bad   bool
}

func (r *reading) refuse(file string, row int, column string, what, remedy lang.Text) {
	r.report.add(Misfit{File: file, Row: row, Column: column, What: what, Remedy: remedy})
}

func (r *reading) note(file string, row int, column string, what, remedy lang.Text) {
	r.report.add(Misfit{File: file, Row: row, Column: column, What: what, Remedy: remedy, Warning: true})
}

// csv reads one table. A row that breaks the form is told, and the reading goes on behind it.
func (r *reading) csv(file string, text []byte) {
	c := csv.NewReader(bytes.NewReader(text))
	c.FieldsPerRecord, c.ReuseRecord = -1, true
	head, err := c.Read()
	if err != nil {
		r.unsure = true
		r.refuse(file, 1, "", say("没有表头", "there is no header"), r.headers())
		return
	}
	head = slices.Clone(head)
	table, columns := r.header(file, head)
	if table == "" {
		r.unsure = true
		return
	}
	if was, twice := r.files[table]; twice {
		r.unsure = true
		r.refuse(file, 1, "", say("和 %s 是同一张表", "this is the same table as %s", was), say("合成一个文件", "put them into one file"))
		return
	}
	r.files[table] = file
	for n := 2; ; n++ {
		line, err := c.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &broken):
			r.lost(table, nil)
			r.refuse(file, n, "", say("这一行引号没有写对（第 %d 行文本）", "the quotes of the row are wrong (line %d of the text)", broken.Line), say("含逗号、引号、换行的格要加引号，里面的引号写两个", "put cells with commas, quotes or line breaks into quotes, and double the quotes within"))
			continue
		case err != nil:
			r.unsure = true
			r.refuse(file, n, "", say("读不下去：%v", "it cannot be read: %v", err), say("重新导出", "export it again"))
			return
		case n > maxRows:
			r.unsure = true
			r.refuse(file, n, "", say("超过 %d 行", "there are more than %d rows", maxRows), say("拆成几个文件", "split the file"))
			return
		}
		if blank(line) {
			continue
		}
		if len(line) > len(columns) && !blank(line[len(columns):]) {
			r.lost(table, &Row{File: file, N: n, Cells: map[string]string{"task_code": strings.TrimSpace(line[slices.Index(columns, "task_code")])}})
			r.refuse(file, n, "", say("有 %d 格，表头只有 %d 格", "the row has %d cells and the header %d", len(line), len(columns)), say("删去多余的格；格里有逗号的，整格加引号", "delete what is too much; put cells with commas into quotes"))
			continue
		}
		line = line[:min(len(line), len(columns))] // spreadsheets leave empty cells at the end out, or add some
		cells := make(map[string]string, len(columns))
		for i, v := range line {
			if columns[i] != "" {
				cells[columns[i]] = strings.TrimSpace(v)
			}
		}
		r.row(table, Row{File: file, N: n, Cells: cells})
	}
}

func blank(line []string) bool {
	return !slices.ContainsFunc(line, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// lost counts a matter whose row could not be read. With a row of another table its matter is lost, and where
// it cannot be told which that is, all of them.
func (r *reading) lost(table string, row *Row) {
	switch {
	case table == taskTable:
		r.report.Rows++
		r.report.Refused++
	case row != nil:
		r.rows = append(r.rows, tableRow{table, *row, true})
	default:
		r.unsure = true
	}
}

// marks are the columns that tell the tables apart.
var marks = map[string]string{taskTable: "task_name", materialTable: "material_name", feeTable: "fee_name", questionTable: "question"}

func (r *reading) headers() lang.Text {
	return say("第一行写字段名，如 task_code、task_name", "write the names of the fields into the first row, such as task_code, task_name")
}

// header finds the table and the field of every column.
func (r *reading) header(file string, head []string) (table string, columns []string) {
	for _, t := range tables {
		for _, h := range head {
			if f, ok := r.Field(t, strings.TrimSpace(h)); ok && f.Name == marks[t] {
				table = t
			}
		}
	}
	if table == "" {
		r.refuse(file, 1, "", say("看不出是哪张表", "it cannot be told which table this is"), r.headers())
		return "", nil
	}
	var names []string
	for _, f := range r.Of(table) {
		names = append(names, f.Name)
	}
	for _, h := range head {
		h = strings.TrimSpace(h)
		f, ok := r.Field(table, h)
		switch {
		case h == "":
		case !ok:
			r.note(file, 1, h, say("没有这个字段，整列没有读", "there is no such field; the column is not read"), strictyaml.DidYouMean(h, names, say("字段", "fields")))
		case slices.Contains(columns, f.Name):
			r.note(file, 1, h, say("这一列出现两次，只读第一次", "the column stands twice; the first is read"), say("删去一列", "delete one of them"))
		default:
			columns = append(columns, f.Name)
			continue
		}
		columns = append(columns, "")
	}
	for _, f := range r.Of(table) {
		if f.Must && !slices.Contains(columns, f.Name) {
			r.refuse(file, 1, f.Name, say("缺这一列（%[1]s），一行也放不进", "the column is missing (%[2]s), so no row fits", f.ZH, f.EN), say("加上这一列", "add the column"))
			table = ""
		}
	}
	return table, columns
}

// row takes one row that was read.
func (r *reading) row(table string, row Row) {
	if table != taskTable {
		r.rows = append(r.rows, tableRow{table, row, false})
		return
	}
	r.report.Rows++
	code := row.Cells["task_code"]
	if was, twice := r.at[code]; twice && code != "" {
		r.report.Refused++
		r.refuse(row.File, row.N, "task_code", say("实施编码 %s 重复，第 %d 行已有", "the code %s stands twice; it is in row %d already", code, r.all[was].Task.N), say("每个事项一行", "write one row for each matter"))
		return
	}
	r.at[code] = len(r.all)
	r.all = append(r.all, Checklist{Task: row})
}

// join gives the rows of the other tables to their matters.
func (r *reading) join() {
	if r.unsure && len(r.all) > 0 {
		r.report.Refused += len(r.all)
		r.all = nil
		r.note("", 0, "", say("有的行读不出是哪个事项的，所以一个事项也没有放进草稿", "of some rows it cannot be told whose they are, so no matter is in the draft"), say("先改正上面说的那些", "mend what is told above first"))
		return
	}
	for _, x := range r.rows {
		code := x.row.Cells["task_code"]
		i, ok := r.at[code]
		if !ok {
			r.refuse(x.row.File, x.row.N, "task_code", say("没有实施编码是 %q 的事项", "there is no matter with the code %q", code), say("改正编码，或补上事项那一行", "mend the code, or add the row of the matter"))
			continue
		}
		c := &r.all[i]
		if c.bad = c.bad || x.bad; x.bad {
			continue
		}
		switch x.table {
		case materialTable:
			c.Materials = append(c.Materials, x.row)
		case feeTable:
			c.Fees = append(c.Fees, x.row)
		default:
			c.Questions = append(c.Questions, x.row)
		}
	}
}

// json reads a list of objects.
func (r *reading) json(file string, text []byte) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		r.refuse(file, 0, "", say("不是一张清单", "this is no list of checklists"), say("写成 [{…}, {…}]", "write [{…}, {…}]"))
		return
	}
	strange := map[string]int{}
	for n := 1; d.More(); n++ {
		var object map[string]any
		if err := d.Decode(&object); err != nil {
			r.lost(taskTable, nil)
			var wrong *json.UnmarshalTypeError
			if errors.As(err, &wrong) {
				r.refuse(file, n, "", say("不是一个对象", "it is no object"), say("写成 {…}", "write {…}"))
				continue
			}
			r.refuse(file, n, "", say("JSON 读不下去：%v", "the JSON cannot be read: %v", err), say("重新导出", "export it again"))
			return
		}
		if n > maxRows {
			r.refuse(file, n, "", say("超过 %d 项", "there are more than %d entries", maxRows), say("拆成几个文件", "split the file"))
			return
		}
		r.object(file, n, object, strange)
	}
	if _, err := d.Token(); err != nil {
		r.refuse(file, 0, "", say("文件到一半就断了", "the file ends in the middle"), say("重新导出", "export it again"))
	}
	for _, name := range slices.Sorted(maps.Keys(strange)) {
		r.note(file, strange[name], name, say("没有这个字段，没有读", "there is no such field; it is not read"), say("改成 docs/design/interchange.md 里的字段名", "write a name of docs/design/interchange.md"))
	}
}

// object takes one checklist; the keys that are unknown are noted once, where they first stand.
func (r *reading) object(file string, n int, object map[string]any, strange map[string]int) {
	bad := false
	refuse := func(key string, what, remedy lang.Text) {
		r.refuse(file, n, key, what, remedy)
		bad = true
	}
	take := func(table string, object map[string]any) Row {
		row := Row{File: file, N: n, Cells: map[string]string{}}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			f, ok := r.Field(table, key)
			text, plain := plainText(object[key])
			switch {
			case !ok:
				if _, told := strange[key]; !told {
					strange[key] = n
				}
			case !plain:
				refuse(key, say("不是文字", "it is no text"), say("写成一段文字", "write a text"))
			default:
				row.Cells[f.Name] = text
			}
		}
		return row
	}
	var rows []tableRow
	for _, table := range tables[1:] {
		list, isList := object[nested[table]].([]any)
		if object[nested[table]] != nil && !isList {
			refuse(nested[table], say("不是列表", "it is no list"), say("写成 [{…}, {…}]", "write [{…}, {…}]"))
		}
		delete(object, nested[table])
		for _, v := range list {
			of, ok := v.(map[string]any)
			if !ok {
				refuse(nested[table], say("列表里有的不是对象", "the list holds something that is no object"), say("写成 [{…}, {…}]", "write [{…}, {…}]"))
				continue
			}
			rows = append(rows, tableRow{table, take(table, of), false})
		}
	}
	task := take(taskTable, object)
	known := len(r.all)
	r.row(taskTable, task)
	if len(r.all) == known { // it stood already
		return
	}
	r.all[known].bad = bad
	for _, x := range rows {
		x.row.Cells["task_code"] = task.Cells["task_code"]
		r.rows = append(r.rows, x)
	}
}

// plainText is a JSON value as it would stand in a cell.
func plainText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case bool:
		return map[bool]string{true: "1", false: "0"}[v], true
	}
	return fmt.Sprint(v), false
}

// whole reads a whole number of a cell.
func whole(cell string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(cell))
	return n, err == nil && n >= 0 && n <= 999
}
