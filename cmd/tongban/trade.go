package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/service/interchange"
	"tongban/internal/service/jurisdiction"
)

// export takes a catalogue out.
type export struct {
	speak
	Dir   string `arg:"" help:"辖区目录。 Folder of the jurisdiction." type:"existingdir"`
	As    string `help:"whole：整个目录，不丢任何内容（JSON）；checklists：实施清单（JSON）；csv：实施清单的四张表（要写 --to 文件夹）；cpsv-ap：CPSV-AP 3.2（JSON-LD）；dmn：一件事的条件，写成决策表（要写 --service）；edition：一件事的固定形式（要写 --service）。 whole: the catalogue without loss, as JSON; checklists: implementation checklists as JSON; csv: their four tables, into the folder --to; cpsv-ap: CPSV-AP 3.2 as JSON-LD; dmn: the conditions of the service --service as decision tables; edition: the fixed form of the service --service." enum:"whole,checklists,csv,cpsv-ap,dmn,edition" required:"" placeholder:"FORM"`
	To    string `help:"写到哪个新文件（csv 是新文件夹）；不写则打印。 New file to write, for csv a new folder; printed when absent." type:"path" placeholder:"PATH"`
	Of    string `help:"一件事的编号。 Id of the service." name:"service" placeholder:"ID"`
	Base  string `help:"cpsv-ap 里地址的开头。 What addresses in cpsv-ap begin with." placeholder:"URL"`
	Quiet bool   `help:"不打印放不下的内容。 Do not tell what had no place." short:"q"`
}

func (x *export) Run() error {
	l := lang.Lang(x.Lang)
	city, err := load(x.Dir, l)
	if err != nil {
		return err
	}
	s, err := interchange.NewStandard()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	switch x.As {
	case "whole":
		whole, err := interchange.TakeOut(os.DirFS(x.Dir), city)
		if err != nil {
			return err
		}
		if err := whole.Write(&text); err != nil {
			return err
		}
	case "checklists", "csv":
		return x.checklists(s, city)
	case "cpsv-ap":
		base := x.Base
		if base == "" {
			base = "urn:tongban:" + city.ID + ":"
		}
		if err := s.WriteCPSVAP(&text, city, base); err != nil {
			return err
		}
	default:
		e, ok := city.Service(x.Of)
		if !ok {
			return noService(city, x.Of)
		}
		if x.As == "edition" {
			text.Write(e.Text())
			break
		}
		if problems := interchange.WriteTables(&text, e); problems != nil {
			for _, p := range problems {
				fmt.Fprintln(os.Stderr, p.In(l))
			}
			return errFound
		}
	}
	return x.put(text.Bytes())
}

func noService(city *jurisdiction.City, id string) error {
	return fmt.Errorf("没有 %[1]q 这件事；有 there is no service %[1]q; there are: %[2]s", id, strings.Join(city.ServiceIDs(), ", "))
}

// put writes a new file, or prints.
func (x *export) put(text []byte) error {
	if x.To == "" {
		_, err := os.Stdout.Write(text)
		return err
	}
	f, err := os.OpenFile(x.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

func (x *export) checklists(s *interchange.Standard, city *jurisdiction.City) error {
	all, report := s.Checklists(city)
	if x.As == "csv" {
		if x.To == "" {
			return errors.New("csv 是四个文件，要写 --to 文件夹 csv is four files: name a folder with --to")
		}
		files := map[string][]byte{}
		for _, table := range s.Tables() {
			var text bytes.Buffer
			if err := s.WriteCSV(&text, table, all); err != nil {
				return err
			}
			files[table+".csv"] = text.Bytes()
		}
		if err := interchange.Put(x.To, files, nil); err != nil {
			return err
		}
	} else {
		var text bytes.Buffer
		if err := s.WriteJSON(&text, all); err != nil {
			return err
		}
		if err := x.put(text.Bytes()); err != nil {
			return err
		}
	}
	if x.Quiet {
		return nil
	}
	for _, m := range report.Misfits { // beside what is printed
		fmt.Fprintln(os.Stderr, m.In(lang.Lang(x.Lang)))
	}
	return nil
}

// bring takes a catalogue, or part of one, in as a draft.
type bring struct {
	speak
	Files        []string          `arg:"" help:"要导入的文件：实施清单（CSV 或 JSON，可以是一个文件夹里的 CSV）、整个目录（JSON）或决策表（.dmn）。 Files to take in: checklists (CSV or JSON, or a folder of CSV), a whole catalogue (JSON), or decision tables (.dmn)." type:"path"`
	Jurisdiction string            `help:"对照的辖区目录。 Folder of the jurisdiction that it is held against." default:"jurisdictions/shifan" type:"path" placeholder:"DIR"`
	Into         string            `help:"草稿写到哪个新文件夹；不写则只检查。 New folder for the draft; only checked when absent." type:"path" placeholder:"DIR"`
	Of           string            `help:"决策表用于哪件事。 The service that decision tables are for." name:"service" placeholder:"ID"`
	QuestionMap  map[string]string `help:"决策表的输入是哪个问题，如 \"Floor area=area\"。 Which question an input of a table is, such as \"Floor area=area\"." mapsep:";" placeholder:"INPUT=ID;…"`
	JSON         bool              `help:"以 JSON 输出报告。 Print the report as JSON." name:"json"`
}

func (b *bring) Run() error {
	files, err := b.read()
	if err != nil {
		return err
	}
	if len(files) == 1 && interchange.IsWhole(files[0].Text) {
		return b.whole(files[0])
	}
	l := lang.Lang(b.Lang)
	city, err := load(b.Jurisdiction, l)
	if err != nil {
		return err
	}
	if head := bytes.TrimSpace(bytes.TrimPrefix(files[0].Text, []byte("\ufeff"))); bytes.HasPrefix(head, []byte("<")) {
		return b.tables(city, files)
	}
	s, err := interchange.NewStandard()
	if err != nil {
		return err
	}
	all, report := s.Read(files...)
	draft := s.Fit(city, all, report)
	if err := b.draft(draft); err != nil {
		return err
	}
	if b.JSON {
		err = report.WriteJSON(os.Stdout)
	} else {
		err = report.Write(os.Stdout, l)
	}
	if err == nil && report.Stops() {
		return errFound
	}
	return err
}

// largest is the largest file that is read into memory.
const largest = 512 << 20

// read reads the files, and the CSV files of folders.
func (b *bring) read() ([]interchange.Text, error) {
	var files []interchange.Text
	for _, name := range b.Files {
		names := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			names, err = filepath.Glob(filepath.Join(name, "*.csv"))
			if err != nil || len(names) == 0 {
				return nil, errors.Join(fmt.Errorf("%s 里没有 .csv 文件 has no .csv files", name), err)
			}
		}
		for _, n := range names {
			f, err := os.Open(n)
			if err != nil {
				return nil, err
			}
			text, err := io.ReadAll(io.LimitReader(f, largest+1))
			if err = errors.Join(err, f.Close()); err != nil {
				return nil, err
			}
			if len(text) > largest {
				return nil, fmt.Errorf("%s 太大 is too large", n)
			}
			files = append(files, interchange.Text{Name: n, Text: text})
		}
	}
	return files, nil
}

// draft writes what is to be written.
func (b *bring) draft(d *interchange.Draft) error {
	if b.Into == "" || d == nil || len(d.Services()) == 0 {
		return nil
	}
	files, err := d.Files()
	if err != nil {
		return err
	}
	return interchange.Put(b.Into, files, nil)
}

func (b *bring) whole(file interchange.Text) error {
	w, err := interchange.ReadWhole(file.Text)
	if err != nil {
		return err
	}
	if b.Into == "" {
		return errors.New("整个目录要写到新文件夹，写 --into a whole catalogue goes into a new folder: name it with --into")
	}
	complaints, err := w.Put(b.Into)
	if b.JSON {
		if e := reportJSON(os.Stdout, complaints, nil); e != nil {
			return e
		}
	} else if e := report(os.Stdout, complaints, lang.Lang(b.Lang)); e != nil {
		return e
	}
	if errors.Is(err, interchange.ErrEdition) {
		fmt.Fprintln(os.Stderr, err)
		return errFound
	}
	return err
}

func (b *bring) tables(city *jurisdiction.City, files []interchange.Text) error {
	l := lang.Lang(b.Lang)
	e, ok := city.Service(b.Of)
	switch {
	case b.Of == "":
		return errors.New("写明决策表用于哪件事：--service 编号 say which service the tables are for: --service ID")
	case !ok:
		return noService(city, b.Of)
	case len(files) > 1:
		return errors.New("一次导入一个决策表文件 take in one file of tables at a time")
	}
	conditions, draft := interchange.Tables(e, files[0].Text, b.QuestionMap)
	if err := b.draft(draft); err != nil {
		return err
	}
	if b.JSON {
		if err := printJSON(conditions); err != nil {
			return err
		}
	} else {
		writeConditions(conditions, l)
	}
	if len(conditions.Problems) > 0 {
		return errFound
	}
	return nil
}

func writeConditions(c interchange.Conditions, l lang.Lang) {
	say := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(l) }
	for _, p := range c.Problems {
		fmt.Println(p.In(l))
	}
	for _, o := range c.Outcomes {
		where := o.In
		if where == "" {
			where = fmt.Sprintf(say("%s = %s（这件事里没有同名的部分）", "%s = %s (the service has no part of that name)"), o.Output, o.Value)
		}
		fmt.Printf("%s: when: %s\n", where, o.When)
	}
	placed := slices.ContainsFunc(c.Outcomes, func(o interchange.Placed) bool { return o.In != "" })
	switch {
	case len(c.Problems) > 0:
		fmt.Printf(say("%d 处不能化成条件，什么都没有改\n", "%d places cannot be decided; nothing was changed\n"), len(c.Problems))
	case !placed:
		fmt.Println(say("没有放进草稿：结果列叫 matter.编号 等，或列名 matter、值是编号", "nothing was put into a draft: name an output matter.ID and so on, or name it matter and make its values ids"))
	}
}
