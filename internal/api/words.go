package api

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
)

// Body is a public body (CPSV-AP Public Organisation).
type Body struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

func body1(city *jurisdiction.City, id string) Body {
	b := Body{ID: id}
	if found, ok := city.Org.Body(id); ok {
		b.Name = found.Name
	}
	return b
}

func bodies(city *jurisdiction.City, ids []string) []Body {
	all := make([]Body, len(ids))
	for i, id := range ids {
		all[i] = body1(city, id)
	}
	return all
}

// Cite says on what something rests, and how surely that is known: V the text was read, C computed,
// S a local guide or practice, K not checked.
type Cite struct {
	Provision string     `json:"provision,omitempty"`
	Title     *lang.Text `json:"title,omitempty" doc:"How the provision is cited"`
	Certainty string     `json:"certainty,omitempty" enum:"V,S,C,K"`
	Source    *lang.Text `json:"source,omitempty"`
	Link      string     `json:"link,omitempty" format:"uri" doc:"Where the source can be read"`
}

func cite(city *jurisdiction.City, c law.Cite) *Cite {
	out := &Cite{Provision: c.Provision, Certainty: string(c.Certainty), Source: some(c.Source), Link: c.Link}
	if p := provision(city, c.Provision); p != nil {
		out.Title = p.Title
	}
	return out
}

func provision(city *jurisdiction.City, id string) *Cite {
	p, ok := city.Law.Find(id)
	if !ok {
		if id == "" {
			return nil
		}
		return &Cite{Provision: id}
	}
	return &Cite{Provision: id, Title: &lang.Text{ZH: p.Cite(lang.ZH), EN: p.Cite(lang.EN)}}
}

func provisions(city *jurisdiction.City, ids []string) []Cite {
	var all []Cite
	for _, id := range ids {
		if p := provision(city, id); p != nil {
			all = append(all, *p)
		}
	}
	return all
}

// some is a text, or nothing when it says nothing.
func some(t lang.Text) *lang.Text {
	if t.Empty() {
		return nil
	}
	return &t
}

// Limit is a time limit.
type Limit struct {
	N    int    `json:"n"`
	Unit string `json:"unit" enum:"working,natural,month"`
	Cite *Cite  `json:"cite,omitempty"`
}

func limitOf(city *jurisdiction.City, l *catalogue.Limit) *Limit {
	if l == nil {
		return nil
	}
	return &Limit{N: l.N, Unit: l.Unit, Cite: cite(city, l.Cite)}
}

// Option is one answer that can be chosen.
type Option struct {
	Value string    `json:"value"`
	Text  lang.Text `json:"text"`
}

func options(all []catalogue.Option) []Option {
	var out []Option
	for _, o := range all {
		out = append(out, Option{o.Value, o.Text})
	}
	return out
}

// List is a page of a list. Next leads to the page below; without it there is none.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" format:"uri-reference" doc:"The page below, when there is one"`
}

// listed is a page as an answer, with its link as a header too (RFC 8288).
type listed[T any] struct {
	Link string `header:"Link"`
	Body List[T]
}

// page makes the page of a list. size is what was asked for; a page that is full may have one below.
func page[T any](c *call, items []T, size int, cursor func(last T) string, name string) *listed[T] {
	out := &listed[T]{Body: List[T]{Items: slices.Clip(items)}}
	if out.Body.Items == nil {
		out.Body.Items = []T{}
	}
	if len(items) < size || len(items) == 0 {
		return out
	}
	q := url.Values{}
	for k, v := range c.request.URL.Query() {
		q[k] = v
	}
	q.Set(name, cursor(items[len(items)-1]))
	out.Body.Next = c.request.URL.Path + "?" + q.Encode()
	out.Link = "<" + out.Body.Next + `>; rel="next"`
	return out
}

// Paging is how a page of a list is asked for.
type Paging struct {
	Before string `query:"before" maxLength:"100" doc:"Id of the last item of the page above"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// pack and unpack write a cursor that is nobody's business but ours.
func pack(parts ...string) string {
	text := ""
	for _, p := range parts {
		text += strconv.Itoa(len(p)) + ":" + p
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func unpack(cursor string, n int) ([]string, error) {
	wrong := at(fault.Fields([]fault.Field{{Name: "after", Code: "api.cursor"}}), func(string) place { return place{parameter: "query.after"} })
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, wrong
	}
	text, parts := string(raw), []string(nil)
	for len(text) > 0 {
		i := 0
		for i < len(text) && text[i] != ':' {
			i++
		}
		size, err := strconv.Atoi(text[:i])
		if err != nil || size < 0 || i+1+size > len(text) {
			return nil, wrong
		}
		parts, text = append(parts, text[i+1:i+1+size]), text[i+1+size:]
	}
	if len(parts) != n {
		return nil, wrong
	}
	return parts, nil
}

// moment is a time, or nothing when it has not come.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
