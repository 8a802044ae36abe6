package studio

import (
	"testing"

	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

func TestLawChanged(t *testing.T) {
	t.Parallel()
	provision := func(name string) law.File {
		return law.File{Law: lang.Text{ZH: name}, Edition: "2024-01-01", Provisions: []law.Provision{{ID: name + ".1"}, {ID: name + ".2"}}}
	}
	same, newer, ended := provision("same"), provision("newer"), provision("ended")
	newer.Edition, ended.Until = "2026-12-01", "2027-01-01"
	s := &catalogue.Service{ID: "x", Checked: "2026-11-24", Cite: law.Cite{Provision: "same.1"}, Refusals: []catalogue.Refusal{{Cite: law.Cite{Provision: "newer.2"}}}}
	for _, id := range []string{"newer.1", "ended.1", "ended.2", "nowhere.1", ""} {
		s.Matters = append(s.Matters, catalogue.Matter{Cite: law.Cite{Provision: id}})
	}
	got := LawChanged(&jurisdiction.City{Law: law.NewBook(same, newer, ended), Services: map[string]*jurisdiction.Entry{"x": {Service: s}}})
	if len(got) != 2 || got[0].Provision.Law != newer.Law || got[1].Provision.ID != "ended.1" {
		t.Fatalf("changed: %+v, want the newer law and the ended one, once each", got)
	}
	if got[0].Ended("2027-06-01") || got[1].Ended("2026-12-31") || !got[1].Ended("2027-01-01") {
		t.Error("a law has ended from the day on which it is no longer in force, and no other")
	}
}
