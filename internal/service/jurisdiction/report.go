package jurisdiction

import (
	"encoding/json"
	"fmt"
	"io"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/guide"
)

// Report writes complaints as lines for a person, each with its place first, so that an editor can jump
// to it, and at the end how many there are.
func Report(w io.Writer, complaints []Complaint, l lang.Lang) error {
	wrong := 0
	for _, c := range complaints {
		if !c.Warning {
			wrong++
		}
		if _, err := fmt.Fprintln(w, c.In(l)); err != nil {
			return err
		}
	}
	return reportEnd(w, wrong, len(complaints)-wrong, l)
}

func reportEnd(w io.Writer, wrong, warnings int, l lang.Lang) error {
	end := strictyaml.Say("没有问题", "all is well")
	plural := func(n int, word string) string {
		if n == 1 {
			return "1 " + word
		}
		return fmt.Sprintf("%d %ss", n, word)
	}
	switch {
	case wrong > 0 && warnings > 0:
		end = strictyaml.Say("%[1]d 处错误,%[2]d 处提醒", "%[3]s, %[4]s", wrong, warnings, plural(wrong, "mistake"), plural(warnings, "warning"))
	case wrong > 0:
		end = strictyaml.Say("%[1]d 处错误", "%[2]s", wrong, plural(wrong, "mistake"))
	case warnings > 0:
		end = strictyaml.Say("没有错误,%[1]d 处提醒", "no mistakes, %[2]s", warnings, plural(warnings, "warning"))
	}
	_, err := fmt.Fprintln(w, end.In(l))
	return err
}

// Extent is how large a service is and how much of it its scenarios show.
type Extent struct {
	Service string `json:"service"`
	guide.Extent
}

// Extents measures every service; none where there is no city.
func (c *City) Extents() []Extent {
	if c == nil {
		return nil
	}
	ids := c.ServiceIDs()
	all := make([]Extent, len(ids))
	inParallel(len(ids), func(i int) {
		e := c.Services[ids[i]]
		all[i] = Extent{ids[i], e.Guide.Extent(e.Scenarios)}
	})
	return all
}

// ReportExtents writes a line for each service, and with somebody whom no scenario shows a second one.
func ReportExtents(w io.Writer, extents []Extent, unshown bool, l lang.Lang) error {
	for _, x := range extents {
		shown := guide.Share{Seen: x.Shown, Of: x.Outcomes}
		line := strictyaml.Say("%[1]s：%[2]s 种情形，结果（用例覆盖/全部）%[3]s，图 %[4]d 个节点", "%[1]s: %[2]s situations, outcomes (shown by scenarios/all) %[3]s, %[4]d nodes", x.Service, x.Situations, shown, x.Nodes)
		if unshown && x.Shown != x.Outcomes {
			line.ZH += "\n    没有用例的人，如：" + x.Unshown.In(lang.ZH)
			line.EN += "\n    nobody in a scenario is like: " + x.Unshown.In(lang.EN)
		}
		if _, err := fmt.Fprintln(w, line.In(l)); err != nil {
			return err
		}
	}
	return nil
}

// ReportJSON writes complaints for a program, and how large each service is:
// {"ok": …, "complaints": [{file, line, column, what, remedy, who}], "services": [{service, situations, outcomes, shown, nodes, unshown}]},
// texts in both languages. ok is whether the jurisdiction loads.
func ReportJSON(w io.Writer, complaints []Complaint, extents []Extent) error {
	if complaints == nil {
		complaints = []Complaint{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK         bool        `json:"ok"`
		Complaints []Complaint `json:"complaints"`
		Services   []Extent    `json:"services,omitempty"`
	}{!strictyaml.Stops(complaints), complaints, extents})
}
