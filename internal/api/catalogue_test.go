package api_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// Anybody may take the catalogue, as linked data and as implementation checklists.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	linked := h.want(t, 200, "GET", "/catalogue", "", nil)
	var graph struct {
		Context map[string]string `json:"@context"`
		Graph   []map[string]any  `json:"@graph"`
	}
	linked.into(t, &graph)
	services := 0
	for _, n := range graph.Graph {
		if n["@type"] == "cpsv:PublicService" {
			services++
		}
		if at, _ := n["@id"].(string); !strings.HasPrefix(at, h.Origin+"/api/v1/catalogue#") && !strings.HasPrefix(at, "http://publications.europa.eu/") {
			t.Errorf("the address %s is not the site's", at)
		}
	}
	matters := 0
	for _, e := range h.City().Services {
		matters += len(e.Service.Matters)
	}
	if want := len(h.City().Services) + matters; services != want || linked.Header.Get("Content-Type") != "application/ld+json" || linked.Header.Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("%d public services as %q, %q, want %d", services, linked.Header.Get("Content-Type"), linked.Header.Get("Cache-Control"), want)
	}
	var lists []map[string]json.RawMessage
	h.want(t, 200, "GET", "/catalogue/checklists", "", nil).into(t, &lists)
	if len(lists) < 120 || lists[0]["task_code"] == nil || lists[0]["materials"] == nil {
		t.Errorf("%d checklists, the first %v", len(lists), lists[0])
	}
}
