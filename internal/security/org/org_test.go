package org

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tongban/internal/platform/strictyaml"
)

// The codes are those of the handbook's appendix A.
const file = `bodies:
  - id: market
    uscc: 11990100DEM000014J
    name: {zh: 示范市市场监督管理局, en: Shifan Administration for Market Regulation}
    short: {zh: 市场监管局, en: Market Regulation}
    level: 3
    duties: {zh: 管企业登记, en: Registers businesses}
    contact: 0990-1234001
    address: {zh: 政通路 2 号, en: 2 Zhengtong Road}
    hours: {zh: 周一至周五, en: Monday to Friday}
  - id: food-office
    uscc: 11990100DEM000022D
    name: {zh: 食品处, en: Food Office}
    short: {zh: 食品处, en: Food}
    parent: market
    level: 3
    duties: {zh: 管食品, en: Food}
    contact: "12345"
    address: {zh: 政通路 2 号, en: 2 Zhengtong Road}
    hours: {zh: 周一至周五, en: Monday to Friday}
staff:
  - {id: market-1, body: market, name: 王建国, post: {zh: 经办人, en: Officer}, roles: [officer]}
  - {id: market-head, body: market, name: 陈志明, post: {zh: 负责人, en: Head}, roles: [head, officer]}
`

func load(text string) (*Chart, []string) {
	src, cs := strictyaml.Parse("organisations/all.yaml", []byte(text))
	chart, more := Load([]*strictyaml.Source{src})
	var said []string
	for _, c := range strictyaml.Sort(append(cs, more...)) {
		said = append(said, c.String())
	}
	return chart, said
}

func TestChart(t *testing.T) {
	c, said := load(file)
	if len(said) > 0 {
		t.Fatalf("complaints about a correct file: %v", said)
	}
	if b, ok := c.Body("market"); !ok || b.USCC != "11990100DEM000014J" || b.Level != 3 {
		t.Errorf("Body() = %+v, %v", b, ok)
	}
	if _, ok := c.Body("nobody"); ok {
		t.Error("a body that does not exist was found")
	}
	if p, ok := c.Post("market-head"); !ok || !p.Has(Head) || p.Has(Auditor) {
		t.Errorf("Post() = %+v, %v", p, ok)
	}
	var heads []string
	for _, s := range c.In("market", Officer) {
		heads = append(heads, s.ID)
	}
	if d := cmp.Diff([]string{"market-1", "market-head"}, heads); d != "" {
		t.Errorf("In() differs (-want +got):\n%s", d)
	}
	if got := len(c.In("food-office", "")); got != 0 {
		t.Errorf("In() finds %d posts where there are none", got)
	}
	if got := []string{c.Bodies()[0].ID, c.Bodies()[1].ID, c.Staff()[0].ID}; !cmp.Equal(got, []string{"food-office", "market", "market-1"}) {
		t.Errorf("not in order: %v", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"a wrong check character", "11990100DEM000014J", "11990100DEM000014K",
			`organisations/all.yaml:3:11: uscc cannot be "11990100DEM000014K"; it should be a unified social credit code of 18 characters with the right check character`},
		{"a role that does not exist", "roles: [officer]", "roles: [oficer]",
			`organisations/all.yaml:22:83: roles cannot be "oficer"; did you mean "officer"?`},
		{"a post without a role", "roles: [officer]", "roles: []",
			`organisations/all.yaml:22:82: too few in roles: 0; write at least 1`},
		{"a post in no body", "body: market, name: 王", "body: markte, name: 王",
			`organisations/all.yaml:22:26: there is no body "markte"; did you mean "market"?`},
		{"a parent that does not exist", "parent: market", "parent: health",
			`organisations/all.yaml:15:13: there is no body "health"; the bodies are: market, food-office`},
		{"a body that belongs to itself", "parent: market", "parent: food-office",
			`organisations/all.yaml:11:9: body "food-office" belongs to itself; mend its parent`},
		{"an id that stands twice", "id: market-head", "id: market-1",
			`organisations/all.yaml:23:10: "market-1" stands twice; give each its own; the first is in organisations/all.yaml, line 22`},
		{"a code that stands twice", "11990100DEM000022D", "11990100DEM000014J",
			`organisations/all.yaml:12:11: "11990100DEM000014J" stands twice; give each its own; the first is in organisations/all.yaml, line 3`},
		{"a level beyond six", "level: 3", "level: 7",
			`organisations/all.yaml:6:12: level is out of range: 7; write a whole number from 1 to 6`},
		{"a number that is no telephone number", "0990-1234001", "12-34",
			`organisations/all.yaml:8:14: contact cannot be "12-34"; it should be a telephone number such as 0990-1234001`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(file, tt.old) {
				t.Fatalf("the file does not contain %q", tt.old)
			}
			_, said := load(strings.Replace(file, tt.old, tt.new, 1))
			if d := cmp.Diff([]string{tt.want}, said); d != "" {
				t.Errorf("complaints differ (-want +got):\n%s", d)
			}
		})
	}
}
