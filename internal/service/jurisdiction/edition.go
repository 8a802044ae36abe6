package jurisdiction

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/guide"
)

// edition names a set of files by their names and contents.
func edition(files map[string][]byte) string {
	h := sha256.New()
	var length [8]byte
	part := func(b []byte) { // with its length, so that no two sets of files read the same
		binary.BigEndian.PutUint64(length[:], uint64(len(b)))
		h.Write(length[:])
		h.Write(b)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		part([]byte(name))
		part(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Entry is one service in one edition. It does not change after it is made.
type Entry struct {
	Edition string // SHA-256 of Text, in hexadecimal
	text    []byte // of an edition that was published
	city    *City  // of one that was loaded: what it refers to

	Service   *catalogue.Service
	Guide     *guide.Guide
	Scenarios []catalogue.Scenario
}

// Text is the edition in its fixed form, for keeping; Compile makes the entry again from it.
func (e *Entry) Text() []byte {
	if e.text != nil {
		return e.text
	}
	return strictyaml.Marshal(e.city.bundle(e.Service))
}

// bundle is the fixed form of an edition. It is for ever: cases keep it for as long as they are kept.
type bundle struct {
	Service      catalogue.Service           `yaml:"service"`
	Certificates []catalogue.CertificateType `yaml:"certificates"`
	Registers    []catalogue.Register        `yaml:"registers"`
	Laws         []law.File                  `yaml:"laws"`
	Bodies       []org.Body                  `yaml:"bodies"`
}

// Compile makes an entry from the fixed form of an edition. It is for editions that were published: what
// was right then is not judged by the rules of today, and the complaints are only of what cannot be
// read or evaluated any more. Without an entry there is at least one.
func Compile(text []byte) (*Entry, []Complaint) {
	b, src, cs := strictyaml.Read[bundle]("edition", text, nil)
	if strictyaml.Stops(cs) {
		return nil, cs
	}
	g, problems := guide.Restore(b.Service)
	if g == nil {
		for _, p := range problems {
			cs = append(cs, problemAt(src, strictyaml.Key("service", p.Path), p))
		}
		return nil, strictyaml.Sort(cs)
	}
	return &Entry{Edition: named(text), text: text, Service: g.Service(), Guide: g}, nil
}

// newEntry makes the entry of a service that was loaded.
func newEntry(c *City, g *guide.Guide, scenarios []catalogue.Scenario) *Entry {
	e := &Entry{city: c, Service: g.Service(), Guide: g, Scenarios: scenarios}
	e.Edition = named(e.Text())
	return e
}

func named(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// bundle gathers a service and what it refers to, each once and in the order of ids.
func (c *City) bundle(s *catalogue.Service) bundle {
	want := map[string]map[string]bool{"register": {}, "certificate": {}, "provision": {}, "body": {}}
	// References are the texts under these keys, and what they refer to may refer further.
	kind := map[string]string{"register": "register", "certificate": "certificate", "provision": "provision", "body": "body",
		"lead": "body", "issuer": "body", "keeper": "body"}
	note := func(path, v string) {
		key := path[strings.LastIndexByte(path, '.')+1:]
		if k := kind[key]; k != "" && v != "" {
			want[k][v] = true
		}
	}
	strictyaml.Each(*s, "", note)
	b := bundle{Service: *s}
	for _, id := range slices.Sorted(maps.Keys(want["certificate"])) {
		strictyaml.Each(c.Certificates[id], "", note)
		b.Certificates = append(b.Certificates, c.Certificates[id])
	}
	for _, id := range slices.Sorted(maps.Keys(want["register"])) {
		strictyaml.Each(c.Registers[id], "", note)
		b.Registers = append(b.Registers, c.Registers[id])
	}
	for _, id := range slices.Sorted(maps.Keys(want["provision"])) {
		p, _ := c.Law.Find(id)
		b.Laws = append(b.Laws, law.File{Law: p.Law, Short: p.Short, Edition: p.Edition, Certainty: p.Certainty, Source: p.Source,
			Provisions: []law.Provision{p}})
	}
	for _, id := range slices.Sorted(maps.Keys(want["body"])) {
		body, _ := c.Org.Body(id)
		b.Bodies = append(b.Bodies, body)
	}
	return b
}
