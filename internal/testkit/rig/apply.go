package rig

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strconv"
	"strings"

	"tongban/internal/data/credential/paper"
	"tongban/internal/platform/blob"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/ref"
	"tongban/internal/security/identity"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/form"
	"tongban/internal/service/guide"
)

// The answers of people who want everything that the three services offer.
var (
	Restaurant = guide.Answers{
		"licence": "normal", "prepack": "false", "raw": "true", "area": "120", "public": "true", "commit": "false", "sign": "true", "tobacco": "true",
	}
	Newborn = guide.Answers{
		"hospital": "true", "first": "true", "under_one": "true", "wedlock": "true", "follow": "mother", "hukou": "family", "region": "same-city",
		"matins": "true", "card": "true",
	}
	Business = guide.Answers{
		"kind": "company", "foreign": "false", "holders": "people", "property": "false", "premises": "own", "approval": "false", "seal": "true",
		"invoices": "true", "staff": "true", "bank": "true",
	}
)

// Xinyuan is the business of the person who signs in as wang.
const Xinyuan = "91990100DEM1000150"

// Checklist walks through the questions of a service.
func (r *Rig) Checklist(by identity.Actor, service string, answers guide.Answers) application.Checklist {
	r.T.Helper()
	entry, ok := r.City().Service(service)
	if !ok {
		r.T.Fatalf("there is no service %s", service)
	}
	c := Must(r.Application.Begin(r.Ctx(), by, service))(r)
	for {
		q, more := entry.Guide.Next(c.Answers)
		if !more {
			return c
		}
		value, ok := answers[q.ID]
		if !ok {
			r.T.Fatalf("%s asks %q and the story has no answer", service, q.ID)
		}
		var err error
		if c, _, err = r.Application.Answer(r.Ctx(), by, c.Token, q.ID, value); err != nil {
			r.T.Fatalf("answer %s = %s: %v", q.ID, value, err)
		}
	}
}

// Draft opens an application after the questions.
func (r *Rig) Draft(by identity.Actor, service string, answers guide.Answers) application.Sheet {
	r.T.Helper()
	name := by.Name()
	if by.Subject != by.Self {
		for _, m := range Must(r.Mandate.For(r.Ctx(), by.Self))(r) {
			if m.Subject == by.Subject {
				name = m.Name
			}
		}
	}
	d := Must(r.Application.Open(r.Ctx(), by, r.Checklist(by, service, answers).Token, name))(r)
	return Must(r.Application.Read(r.Ctx(), by, d.ID))(r)
}

// FillForm saves every part of the form: what is prefilled stays, what the story gives is typed, and the
// rest gets something that fits.
func (r *Rig) FillForm(by identity.Actor, id string, given map[string]string) {
	r.T.Helper()
	for _, t := range Must(r.Application.Read(r.Ctx(), by, id))(r).Tasks {
		entries := map[string]application.Entry{}
		sheet := Must(r.Application.Read(r.Ctx(), by, id))(r)
		for _, f := range t.Fields {
			value, typed := given[f.ID]
			if had := sheet.Values[f.ID]; !typed && had.Value.Value != "" && had.Code == "" {
				value, typed = had.Value.Value, true
			}
			if !typed {
				value = plausible(f)
			}
			entries[f.ID] = Typed(f, value)
		}
		Must(r.Application.Save(r.Ctx(), by, id, t.Section.ID, entries))(r)
	}
}

// Typed is what the form makes of a value that somebody typed.
func Typed(f *catalogue.Field, value string) application.Entry {
	clean, wrong := form.Normal(f, value)
	e := application.Entry{Value: casework.Value{Value: clean}}
	if wrong != nil {
		e.Code, e.Args = wrong.Code, wrong.Args
	}
	return e
}

// FillMaterials lets the bodies use what government holds, and uploads the rest.
func (r *Rig) FillMaterials(by identity.Actor, id string) {
	r.T.Helper()
	for _, t := range Must(r.Application.Read(r.Ctx(), by, id))(r).Files {
		if t.Status == application.Completed {
			continue
		}
		m := t.Material.Material.ID
		_, p, err := r.Application.Preview(r.Ctx(), by, id, m)
		if err != nil {
			r.T.Fatalf("preview %s: %v", m, err)
		}
		if p.Held {
			_, err = r.Application.Choose(r.Ctx(), by, id, m, application.Use, "")
		} else {
			_, err = r.Application.Attach(r.Ctx(), by, id, m, r.Scan(t.Material.Material))
		}
		if err != nil {
			r.T.Fatalf("material %s: %v", m, err)
		}
	}
}

// Fill makes a draft ready to be sent.
func (r *Rig) Fill(by identity.Actor, id string, given map[string]string) application.Sheet {
	r.T.Helper()
	r.FillForm(by, id, given)
	r.FillMaterials(by, id)
	sheet := Must(r.Application.Read(r.Ctx(), by, id))(r)
	if !sheet.Ready() {
		for _, t := range sheet.Tasks {
			r.T.Logf("section %s: %s", t.Section.ID, t.Status)
		}
		for _, t := range sheet.Files {
			r.T.Logf("material %s: %s", t.Material.Material.ID, t.Status)
		}
		r.T.Fatal("the draft is not ready")
	}
	return sheet
}

// Apply goes the whole way from the first question to the submission, and lets the jobs of it run.
func (r *Rig) Apply(by identity.Actor, service string, answers guide.Answers, given map[string]string) casework.Case {
	r.T.Helper()
	d := r.Draft(by, service, answers)
	r.Fill(by, d.ID, given)
	c := Must(r.Application.Submit(r.Ctx(), by, d.ID, true))(r)
	r.Work()
	return c
}

// File stores a small picture; its content depends on its name.
func (r *Rig) File(name string) casework.File {
	r.T.Helper()
	h := fnv.New32a()
	h.Write([]byte(name))
	var c [4]byte
	binary.BigEndian.PutUint32(c[:], h.Sum32())
	img := image.NewNRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		img.Set(i%8, i/8, color.NRGBA{c[0], c[1], c[2], c[3] | 1})
	}
	var b bytes.Buffer
	r.OK(png.Encode(&b, img))
	f := Must(r.Blobs.Put(r.Ctx(), &b, blob.Rule{Accept: []string{"image/png"}, MaxBytes: 1 << 20, Name: name}))(r)
	return casework.File{Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size}
}

// Scan stores a small file of a type that a material may have.
func (r *Rig) Scan(m *catalogue.Material) casework.File {
	r.T.Helper()
	if len(m.Accept) == 0 || slices.Contains(m.Accept, "png") {
		return r.File(m.ID + ".png")
	}
	page := Must(r.Paper.Document(paper.Doc{Lang: lang.ZH, Title: m.Name.ZH, Made: r.Now()}))(r)
	f := Must(r.Blobs.Put(r.Ctx(), bytes.NewReader(page), blob.Rule{Accept: []string{"application/pdf"}, MaxBytes: 1 << 20, Name: m.ID + ".pdf"}))(r)
	return casework.File{Hash: f.Hash, Name: f.Name, Type: f.Type, Size: f.Size}
}

// plausible is a value that fits a field.
func plausible(f *catalogue.Field) string {
	switch f.Type {
	case "enum":
		return f.Options[0].Value
	case "boolean":
		return "true"
	case "integer", "decimal", "money":
		n := 3.0
		if f.Type == "money" {
			n = 100000
		}
		if f.Least != nil {
			n = max(n, *f.Least)
		}
		if f.Most != nil {
			n = min(n, *f.Most)
		}
		return strconv.FormatFloat(n, 'f', -1, 64)
	case "date":
		return "2026-11-01"
	case "phone":
		return "0990-5550101"
	case "email":
		return "wang@shifan.example"
	case "name":
		return "张三"
	case "id-number":
		return ref.MakeIDNumber("990100", "1990-01-01", 7)
	case "uscc":
		return ref.MakeUSCC("91990100DEM100077")
	case "bank-card":
		return "6222021234567890128"
	case "address":
		return "示范市中心区美食街 12 号"
	}
	text := []rune("示范" + strings.TrimSpace(f.Text.ZH))
	if f.Max > 0 && len(text) > f.Max {
		text = text[:f.Max]
	}
	return string(text)
}
