package main

import (
	"encoding/json"
	"fmt"
	"io"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// report writes complaints as lines for a person, each with its place first, so that an editor can jump
// to it, and at the end how many there are.
func report(w io.Writer, complaints []jurisdiction.Complaint, l lang.Lang) error {
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

// reportExtents writes a line for each service, and with somebody whom no scenario shows a second one.
func reportExtents(w io.Writer, extents []jurisdiction.Extent, unshown bool, l lang.Lang) error {
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

// reportJSON writes complaints for a program, and how large each service is:
// {"ok": …, "complaints": [{file, line, column, what, remedy, who}], "services": [{service, situations, outcomes, shown, nodes, unshown}]},
// texts in both languages. ok is whether the jurisdiction loads.
func reportJSON(w io.Writer, complaints []jurisdiction.Complaint, extents []jurisdiction.Extent) error {
	if complaints == nil {
		complaints = []jurisdiction.Complaint{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK         bool                     `json:"ok"`
		Complaints []jurisdiction.Complaint `json:"complaints"`
		Services   []jurisdiction.Extent    `json:"services,omitempty"`
	}{!strictyaml.Stops(complaints), complaints, extents})
}
