package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tongban/internal/api"
	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// load loads a jurisdiction, and reports what is wrong with it when it is not sound.
func load(dir string, l lang.Lang) (*jurisdiction.City, error) {
	city, complaints := jurisdiction.Load(os.DirFS(dir), filepath.Base(dir))
	if city != nil {
		return city, nil
	}
	if err := report(os.Stdout, complaints, l); err != nil {
		return nil, err
	}
	return nil, errFound
}

// printJSON writes a value as a program reads it.
func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type diff struct {
	speak
	Old  string `arg:"" help:"原来的辖区目录。 Folder of the jurisdiction as it was." type:"existingdir"`
	New  string `arg:"" help:"改后的辖区目录。 Folder of the jurisdiction as it is to be." type:"existingdir"`
	JSON bool   `help:"以 JSON 输出：[{service, name, change, comparison: {differences: [{kind, id, name, before, after, who, situations}], situations, touched, who}}]。 Print JSON of that shape." name:"json"`
}

// change is what became of a service.
type change struct {
	Service    string            `json:"service"`
	Name       lang.Text         `json:"name"`
	Change     string            `json:"change"` // new, gone or changed
	Comparison *guide.Comparison `json:"comparison,omitempty"`
}

func (d *diff) Run() error {
	l := lang.Lang(d.Lang)
	before, err := load(d.Old, l)
	if err != nil {
		return err
	}
	after, err := load(d.New, l)
	if err != nil {
		return err
	}
	changes := []change{}
	for _, id := range after.ServiceIDs() {
		young := after.Services[id]
		old, ok := before.Service(id)
		switch {
		case !ok:
			changes = append(changes, change{id, young.Service.Name, "new", nil})
		case old.Edition != young.Edition:
			c := guide.Compare(old.Guide, young.Guide)
			changes = append(changes, change{id, young.Service.Name, "changed", &c})
		}
	}
	for _, id := range before.ServiceIDs() {
		if _, ok := after.Service(id); !ok {
			changes = append(changes, change{id, before.Services[id].Service.Name, "gone", nil})
		}
	}
	if d.JSON {
		return printJSON(changes)
	}
	return writeChanges(os.Stdout, changes, l)
}

func writeChanges(w io.Writer, changes []change, l lang.Lang) error {
	say := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(l) }
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "%s %s: ", c.Service, c.Name.In(l))
		switch {
		case c.Change == "new":
			b.WriteString(say("新增\n", "new\n"))
			continue
		case c.Change == "gone":
			b.WriteString(say("没有了\n", "gone\n"))
			continue
		case len(c.Comparison.Differences) == 0:
			b.WriteString(say("只改了文字，谁的结果都不变\n", "only its wording changed; nothing comes out differently for anybody\n"))
			continue
		}
		fmt.Fprintf(&b, say("%s 种情形里有 %s 种结果不同，例如：%s\n", "%s situations, %s of them come out differently, for example: %s\n"), c.Comparison.Situations, c.Comparison.Touched, c.Comparison.Who.In(l))
		for _, x := range c.Comparison.Differences {
			before, after := x.Before.In(l), x.After.In(l)
			none := say("没有", "nothing")
			fmt.Fprintf(&b, say("  %s %s（%s）：%s → %s；%s 种情形，例如：%s\n", "  %s %s (%s): %s → %s; %s situations, for example: %s\n"),
				kindWord(x.Kind, l), x.Name.In(l), x.ID, cmp.Or(before, none), cmp.Or(after, none), x.Situations, x.Who.In(l))
		}
	}
	if len(changes) == 0 {
		b.WriteString(say("没有不同\n", "no difference\n"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func kindWord(k guide.Kind, l lang.Lang) string {
	return map[guide.Kind]lang.Text{
		guide.QuestionDiffers: {ZH: "问题", EN: "question"}, guide.RefusalDiffers: {ZH: "不能办", EN: "refusal"}, guide.MatterDiffers: {ZH: "事项", EN: "matter"},
		guide.LimitDiffers: {ZH: "时限", EN: "limit"}, guide.FeeDiffers: {ZH: "收费", EN: "fee"}, guide.CommitmentDiffers: {ZH: "告知承诺", EN: "commitment"},
		guide.CheckDiffers: {ZH: "审查", EN: "check"}, guide.MaterialDiffers: {ZH: "材料", EN: "material"}, guide.FieldDiffers: {ZH: "填写", EN: "form field"},
	}[k].In(l)
}

type explain struct {
	speak
	Dir     string            `arg:"" help:"辖区目录。 Folder of the jurisdiction." type:"existingdir"`
	Service string            `arg:"" help:"一件事的编号。 Id of the service."`
	Answers map[string]string `help:"回答，如 area=180,prepack=false；不确定写 unsure。 Answers, such as area=180,prepack=false; unsure for what is not known." mapsep:"," short:"a" placeholder:"Q=A,…"`
	JSON    bool              `help:"以 JSON 输出，和接口的 Guidance 一个样（/api/v1/openapi.yaml）。 Print JSON, the API's Guidance (/api/v1/openapi.yaml)." name:"json"`
}

func (x *explain) Run() error {
	l := lang.Lang(x.Lang)
	city, err := load(x.Dir, l)
	if err != nil {
		return err
	}
	e, ok := city.Service(x.Service)
	if !ok {
		return noService(city, x.Service)
	}
	ids := make([]string, 0, len(x.Answers))
	for id := range x.Answers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := e.Guide.Check(id, x.Answers[id]); err != nil && x.Answers[id] != guide.Unsure {
			return fmt.Errorf("%s=%s 不能这样答 is no answer；%s", id, x.Answers[id], admits(e.Service, id))
		}
	}
	if x.JSON {
		return printJSON(api.Guide(city, e, x.Answers))
	}
	p := e.Guide.Plan(x.Answers)
	w := explainer{city: city, entry: e, l: l}
	w.plan(p, x.Answers)
	_, err = io.WriteString(os.Stdout, w.String())
	return err
}

// admits says what can be answered.
func admits(s *catalogue.Service, id string) string {
	var all []string
	for _, q := range s.Questions {
		if q.ID != id {
			all = append(all, q.ID)
			continue
		}
		var values []string
		for _, o := range q.Options {
			values = append(values, o.Value)
		}
		if q.Type == "boolean" {
			values = []string{"true", "false"}
		}
		switch {
		case len(values) > 0:
			return fmt.Sprintf("可答 it admits: %s", strings.Join(values, ", "))
		case q.Min != nil && q.Max != nil:
			return fmt.Sprintf("%s %v–%v", q.Type, *q.Min, *q.Max)
		}
		return q.Type
	}
	return fmt.Sprintf("可答的问题 the questions are: %s", strings.Join(all, ", "))
}

// explainer writes why each thing of a plan applies.
type explainer struct {
	strings.Builder
	city  *jurisdiction.City
	entry *jurisdiction.Entry
	l     lang.Lang
}

func (w *explainer) say(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(w.l) }

func (w *explainer) plan(p guide.Plan, a guide.Answers) {
	fmt.Fprintf(w, "%s\n", w.entry.Service.Name.In(w.l))
	if q, more := w.entry.Guide.Next(a); more {
		fmt.Fprintf(w, w.say("还要问：%s（%s）\n", "still to be asked: %s (%s)\n"), q.Text.In(w.l), q.ID)
	}
	for _, r := range p.Refusals {
		fmt.Fprintf(w, w.say("不能办：%s %s\n", "refused: %s %s\n"), r.Text.In(w.l), r.Instead.In(w.l))
		w.why(r.Because, r.Cite, false)
	}
	for _, r := range p.Doubts {
		fmt.Fprintf(w, w.say("可能不能办：%s 看 %s\n", "may be refused: %s It depends on %s\n"), r.Text.In(w.l), strings.Join(r.Open, ", "))
	}
	if !p.Eligible {
		return
	}
	fmt.Fprintf(w, w.say("最长 %d 个工作日，%s 元，到现场 %d 次\n", "at most %d working days, %s yuan, %d visits\n"), p.Most.Days, yuan(p.Most.Fen), p.Most.Visits)
	for _, m := range p.Matters {
		body, _ := w.city.Org.Body(m.Matter.Body)
		fmt.Fprintf(w, w.say("事项 %d. %s（%s）%s\n", "matter %d. %s (%s) %s\n"), m.Step+1, m.Matter.Name.In(w.l), body.Short.In(w.l), w.maybe(m.Maybe, m.Open))
		w.why(m.Because, m.Matter.Cite, m.Maybe)
		w.limit(w.say("法定", "by law"), m.Statutory)
		w.limit(w.say("承诺", "promised"), m.Promised)
		for _, f := range m.Fees {
			fmt.Fprintf(w, w.say("    收费 %s %s 元%s\n", "    fee %s %s yuan%s\n"), f.Name.In(w.l), yuan(f.Fen), w.cite(f.Cite))
		}
	}
	for _, m := range p.Materials {
		fmt.Fprintf(w, w.say("材料 %s：%s %s\n", "material %s: %s %s\n"), m.Material.Name.In(w.l), w.has(m), w.maybe(m.Maybe, m.Open))
		w.why(m.Because, m.Material.Cite, m.Maybe)
	}
}

func (w *explainer) has(m guide.PlanMaterial) string {
	switch m.State {
	case guide.Held:
		return w.say("政府有，不用交", "government holds it")
	case guide.Upstream:
		return w.say("前面的事项给出，不用交", "an earlier matter gives it")
	case guide.Made:
		return w.say("系统生成", "the platform writes it")
	case guide.Later:
		return w.say("自己交，可以后补", "to be brought, later if you like")
	}
	return w.say("自己交", "to be brought")
}

func (w *explainer) maybe(maybe bool, open []string) string {
	if !maybe {
		return ""
	}
	return fmt.Sprintf(w.say("（可能，看 %s）", "(maybe, depends on %s)"), strings.Join(open, ", "))
}

// why tells the answers that decide something, and its basis. Of what is still open only the basis is told.
func (w *explainer) why(because []guide.Reason, c law.Cite, open bool) {
	if open {
		if basis := w.cite(c); basis != "" {
			fmt.Fprintf(w, "    %s\n", strings.TrimLeft(basis, "；; "))
		}
		return
	}
	var answers []string
	for _, r := range because {
		answer := r.Question + "=" + r.Answer
		if r.Assumed {
			answer += w.say("（按此推定）", " (assumed)")
		}
		answers = append(answers, answer)
	}
	fmt.Fprintf(w, w.say("    因为 %s%s\n", "    because %s%s\n"), cmp.Or(strings.Join(answers, ", "), w.say("人人都要", "it applies to everybody")), w.cite(c))
}

func (w *explainer) limit(word string, limit *catalogue.Limit) {
	if limit == nil {
		return
	}
	fmt.Fprintf(w, "    %s %s%s\n", word, limit.Words().In(w.l), w.cite(limit.Cite))
}

// cite says on what something rests, and how certain that is.
func (w *explainer) cite(c law.Cite) string {
	basis := c.Source.In(w.l)
	if p, ok := w.city.Law.Find(c.Provision); ok {
		basis = p.Cite(w.l)
	}
	if basis == "" {
		return ""
	}
	return fmt.Sprintf(w.say("；依据 %s [%s]", "; basis: %s [%s]"), basis, c.Certainty)
}

func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
