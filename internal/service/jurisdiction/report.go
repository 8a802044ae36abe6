package jurisdiction

import (
	"encoding/json"
	"fmt"
	"io"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
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

// ReportJSON writes complaints for a program: {"ok": …, "complaints": [{file, line, column, what, remedy}]},
// texts in both languages. ok is whether the jurisdiction loads.
func ReportJSON(w io.Writer, complaints []Complaint) error {
	if complaints == nil {
		complaints = []Complaint{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK         bool        `json:"ok"`
		Complaints []Complaint `json:"complaints"`
	}{!strictyaml.Stops(complaints), complaints})
}
