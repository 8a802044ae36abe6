package document

import (
	"slices"
	"strings"
)

// Page is a part of a service as its authors go through it.
type Page string

// The pages, in the order in which a service is written.
const (
	Basic     Page = "basic"
	Questions Page = "questions"
	Matters   Page = "matters"
	Cases     Page = "cases" // 情形: who needs what
	Materials Page = "materials"
	FormPage  Page = "form"
	Flow      Page = "flow"
	Limits    Page = "limits"
	Fees      Page = "fees"
	Results   Page = "results"
	Law       Page = "law"
)

// Pages lists them.
var Pages = []Page{Basic, Questions, Matters, Cases, Materials, FormPage, Flow, Limits, Fees, Results, Law}

// matterKeys share the keys of a matter out among the pages; what is not listed is about the matter itself.
var matterKeys = map[Page][]string{
	Cases:   {"when", "why"},
	Flow:    {"after", "handling", "visits", "visit_why", "site", "special", "second", "commitment", "checks", "elements"},
	Limits:  {"statutory", "promised", "variants"},
	Fees:    {"fees"},
	Results: {"result"},
}

// Keys are the keys of an object that a page shows.
func (p Page) Keys(object string) (keys []string) {
	o := objects[object]
	if o == nil {
		return nil
	}
	for _, f := range o.Fields {
		switch {
		case object == "service" && (f.Key == "id" || f.Kind == Many):
			continue // the id is that of the draft; lists have pages of their own
		case object == "matter" && pageOfKey(f.Key) != p:
			continue
		}
		keys = append(keys, f.Key)
	}
	return keys
}

func pageOfKey(key string) Page {
	for p, keys := range matterKeys {
		if slices.Contains(keys, key) {
			return p
		}
	}
	return Matters
}

// PageOf is the page on which what stands at a path is written.
func PageOf(path string) Page {
	steps := strings.Split(path, "/")
	switch steps[0] {
	case "questions", "refusals":
		return Questions
	case "materials":
		return Materials
	case "sections":
		return FormPage
	case "matters":
		if len(steps) > 2 {
			return pageOfKey(steps[2])
		}
		return Matters
	}
	return Basic
}

// ItemOf is the innermost thing around a path that has a form of its own: an item of a list, or "" for the
// service itself.
func ItemOf(path string) string {
	steps := strings.Split(path, "/")
	item, at := "", ""
	for i := 0; i+1 < len(steps); i++ {
		at = Join(at, steps[i])
		if f, ok := fieldAt(at); ok && f.Kind == Many {
			i++
			at = Join(at, steps[i])
			item = at
		}
	}
	return item
}
