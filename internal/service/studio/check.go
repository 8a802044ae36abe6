package studio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"strings"

	"tongban/internal/platform/lines"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/identity"
	"tongban/internal/service/jurisdiction"
)

// Checked is what the loader says of a draft, were it in force.
type Checked struct {
	Head       int
	Entry      *jurisdiction.Entry // nil as long as its conditions cannot be evaluated
	Complaints []jurisdiction.Complaint
	Drifted    bool // something else was published of this service since the draft was begun

	generation int
}

// Stops reports whether something must be mended before it can be published.
func (c Checked) Stops() bool { return c.Entry == nil || strictyaml.Stops(c.Complaints) }

// Warnings lists what may stay as it is, with a reason.
func (c Checked) Warnings() (all []jurisdiction.Complaint) {
	for _, x := range c.Complaints {
		if x.Warning {
			all = append(all, x)
		}
	}
	return all
}

// Key names a complaint by what it says, wherever it stands in its file.
func Key(c jurisdiction.Complaint) string {
	sum := sha256.Sum256([]byte(c.File + "\n" + c.What.ZH + "\n" + c.What.EN))
	return hex.EncodeToString(sum[:8])
}

// judged is a draft that was checked, for as long as neither it nor the city changes.
type judged struct {
	head       int
	generation int
	edition    string // of the city
	checked    Checked
}

// keep bounds how many checked drafts are remembered.
const keep = 32

// Check loads the whole city with the draft in it, and tells what is wrong with the draft: in its own files,
// and anywhere else where nothing was wrong before.
func (s *Service) Check(ctx context.Context, by identity.Actor, id string) (Checked, error) {
	d, err := s.Find(ctx, by, id)
	if err != nil {
		return Checked{}, err
	}
	f, err := s.Text(ctx, by, id, d.Head)
	if err != nil {
		return Checked{}, err
	}
	stands, err := s.Stands(ctx)
	if err != nil {
		return Checked{}, err
	}
	city := s.city().Edition
	s.mu.Lock()
	was, ok := s.judged[id]
	s.mu.Unlock()
	if ok && was.head == d.Head && was.generation == stands.Generation && was.edition == city {
		return was.checked, nil
	}
	base, err := s.Text(ctx, by, id, d.Base)
	if err != nil {
		return Checked{}, err
	}
	now, err := s.InForce(ctx, d.Service)
	if err != nil {
		return Checked{}, err
	}
	c := Checked{Head: d.Head, generation: stands.Generation, Drifted: d.Edition != "" && now != base || d.Edition == "" && now.Service != ""}
	texts := Texts(stands.Editions)
	known := s.known(city, stands.Generation, texts)
	maps.Copy(texts, f.texts(d.Service))
	c.Entry, c.Complaints = judge(s.folder, texts, d.Service, f, known)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.judged) >= keep {
		clear(s.judged)
	}
	s.judged[id] = judged{d.Head, stands.Generation, city, c}
	return c, nil
}

// known are the complaints that there are without any draft.
func (s *Service) known(city string, generation int, texts map[string][]byte) map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.before.edition != city || s.before.generation != generation {
		_, cs := jurisdiction.LoadWith(s.folder, "", texts)
		s.before = before{city, generation, map[string]bool{}}
		for _, c := range cs {
			s.before.complaints[Key(c)] = true
		}
	}
	return s.before.complaints
}

// before is what is complained of in the city as it runs.
type before struct {
	edition    string
	generation int
	complaints map[string]bool
}

func judge(folder fs.FS, texts map[string][]byte, service string, f Files, known map[string]bool) (*jurisdiction.Entry, []jurisdiction.Complaint) {
	own := "services/" + service + "/"
	entry, after := jurisdiction.Try(folder, "", texts, service)
	var all []jurisdiction.Complaint
	for _, name := range [...]string{ServiceFile, ScenariosFile} {
		for _, line := range lines.Clashes(*f.of(name)) {
			all = append(all, jurisdiction.Complaint{File: own + name, Line: line, Col: 1,
				What:   strictyaml.Say("两个人在这里写得不一样，两份都留着", "two people wrote different things here; both are kept"),
				Remedy: strictyaml.Say("留下要的，删去不要的和三行记号", "keep what is right, and delete the rest and the three marks")})
		}
	}
	for _, c := range after {
		if strings.HasPrefix(c.File, own) || !known[Key(c)] {
			all = append(all, c)
		}
	}
	return entry, all
}
