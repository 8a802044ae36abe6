package studio

import (
	"context"
	"embed"
	"io/fs"
	"sync"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/access"
	"tongban/internal/service/jurisdiction"
)

// Schema makes the tables that this package owns.
//
//go:embed schema/*.sql
var Schema embed.FS

const prefix = "e" // of the ids of drafts

// The files of a draft.
const (
	ServiceFile   = "service.yaml"
	ScenariosFile = "scenarios.yaml"
)

// State says where a draft stands.
type State string

// The states of a draft.
const (
	Writing   State = "writing"
	Submitted State = "submitted" // waits for a second person; nobody writes in it meanwhile
	Published State = "published"
	Dropped   State = "dropped"
)

// Draft is a new edition of a service that is being written. A service has at most one that is open, in
// which all its authors write.
type Draft struct {
	ID      string
	Service string
	Edition string    // in force when it was begun; "" for a service that is new
	Title   lang.Text // the name of the service as it is written
	Body    string    // that leads the service
	Author  string    // account that opened it
	State   State
	Base    int // the revision whose text is what was in force
	Head    int // the newest revision
	Detail
	Opened, Changed time.Time

	authors []string // who wrote in it, and who opened it
}

// Open reports whether the draft is not finished.
func (d Draft) Open() bool { return d.State == Writing || d.State == Submitted }

// Detail is what is said of a draft on its way.
type Detail struct {
	Proposal Proposal `json:"proposal"`
	Remarks  []Remark `json:"remarks,omitempty"`
}

// Proposal is what the author says to the person who reviews.
type Proposal struct {
	By     string            `json:"by"`
	Name   string            `json:"name"`
	At     time.Time         `json:"at"`
	Reason string            `json:"reason"`           // why the service is changed
	Starts string            `json:"starts,omitempty"` // day from which it holds; at once when empty
	Waived map[string]string `json:"waived,omitempty"` // why a warning is left as it is, by the warning
}

// Remark is what a reviewer said when she sent a draft back.
type Remark struct {
	By   string    `json:"by"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Files are the two files of a service. One that is empty is not there.
type Files struct{ Service, Scenarios string }

func (f *Files) of(name string) *string {
	if name == ScenariosFile {
		return &f.Scenarios
	}
	return &f.Service
}

// texts are the files by their names within the jurisdiction's folder.
func (f Files) texts(service string) map[string][]byte {
	t := map[string][]byte{}
	for _, name := range [...]string{ServiceFile, ScenariosFile} {
		var text []byte
		if s := *f.of(name); s != "" {
			text = []byte(s)
		}
		t["services/"+service+"/"+name] = text
	}
	return t
}

// Revision is one saving.
type Revision struct {
	Number  int
	Author  string // account; "" for what was in force
	Name    string
	Note    Note
	Clashes int // places at which two people had written differently
	At      time.Time
}

// Note says how a revision came about.
type Note string

// How a revision came about.
const (
	Typed    Note = ""         // somebody saved it
	Began    Note = "began"    // the text in force, or the blank one of a new service
	Merged   Note = "merged"   // brought together with what somebody else saved meanwhile
	CaughtUp Note = "caughtup" // brought together with what was published meanwhile
	Restored Note = "restored" // an earlier text again
	Added    Note = "added"    // a simulated person was kept as a scenario
)

// Effect is whom a new edition of a service meets on its way.
type Effect struct {
	Cases      int // open cases; they finish under their editions
	Drafts     int // applications that are not sent yet
	Checklists int // saved checklists
}

// Config is what a Service needs.
type Config struct {
	Gate   *access.Gate
	Read   db.Queryer
	Folder fs.FS                       // the jurisdiction's files
	City   func() *jurisdiction.City   // as it runs
	Apply  func(context.Context) error // makes the city run with what is in force now
	Effect func(ctx context.Context, service string) (Effect, error)
	Now    func() time.Time
}

// Service keeps drafts and publications.
type Service struct {
	gate   *access.Gate
	read   db.Queryer
	folder fs.FS
	city   func() *jurisdiction.City
	apply  func(context.Context) error
	effect func(ctx context.Context, service string) (Effect, error)
	now    func() time.Time

	mu     sync.Mutex
	judged map[string]judged
	before before
}

// New makes the service.
func New(c Config) *Service {
	return &Service{gate: c.Gate, read: c.Read, folder: c.Folder, city: c.City, apply: c.Apply, effect: c.Effect, now: c.Now, judged: map[string]judged{}}
}

const (
	actRead    access.Action = "edition.read"
	actWrite   access.Action = "edition.write"
	actSubmit  access.Action = "edition.submit"
	actReturn  access.Action = "edition.return"
	actPublish access.Action = "edition.publish"
	actSuspend access.Action = "edition.suspend"
)

func (s *Service) resource(id, body string, authors []string) access.Resource {
	return access.Resource{Kind: "edition", ID: id, Body: body, Purpose: "catalogue", Attrs: map[string]any{
		"host": s.city().Host.Body, "authors": authors,
	}}
}

func (s *Service) of(d Draft) access.Resource { return s.resource(d.ID, d.Body, d.authors) }

func notFound() error { return fault.New(fault.NotFound, "error.edition.draft") }
