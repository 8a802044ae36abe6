package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"tongban/internal/api"
	"tongban/internal/data/credential"
	"tongban/internal/data/credential/paper"
	"tongban/internal/data/registry"
	"tongban/internal/platform/blob"
	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/job"
	"tongban/internal/platform/keys"
	"tongban/internal/platform/lang"
	"tongban/internal/platform/tlog"
	"tongban/internal/security/access"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/security/mandate"
	"tongban/internal/security/org"
	"tongban/internal/service/application"
	"tongban/internal/service/casework"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/deadline"
	"tongban/internal/service/eligibility"
	"tongban/internal/service/feedback"
	"tongban/internal/service/fulfilment"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/lifecycle"
	"tongban/internal/service/notice"
	"tongban/internal/service/search"
	"tongban/internal/service/studio"
	"tongban/internal/web/ui"
)

// Config says where everything is.
type Config struct {
	Data         string // folder of the database (SQLite), keys and uploads
	Jurisdiction string // folder of the government's files
	Database     string // postgres://…; SQLite in Data when empty
	Listen       string
	Origin       string // public address of the site; made from Listen when empty
	Demo         bool   // load the demonstration people and records
	Log          *slog.Logger
	Now          func() time.Time // the machine's when nil
}

func (c *Config) complete() {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// App is the whole house, open.
type App struct {
	Config
	Store       *db.Store
	Keys        *keys.Ring
	Jobs        *job.Queue
	Tree        *tlog.Log
	Audit       *audit.Log
	Gate        *access.Gate
	Identity    *identity.Service
	Mandate     *mandate.Service
	Registry    *registry.Service
	Credentials *credential.Service
	Paper       *paper.Printer
	Blobs       *blob.Store
	Editions    *catalogue.Editions
	Casework    *casework.Service
	Application *application.Service
	Fulfilment  *fulfilment.Service
	Life        *lifecycle.Service
	Notice      *notice.Service
	Feedback    *feedback.Service
	Eligibility *eligibility.Service
	Studio      *studio.Service

	city     atomic.Pointer[jurisdiction.City]
	index    atomic.Pointer[func() *search.Index] // of the city
	standing standing
	handler  http.Handler
	listener net.Listener // nil when nothing is to be served
}

// migrations lists the packages that own tables, lowest floor first.
var migrations = []db.Migrations{
	{Package: "job", Files: job.Schema}, {Package: "tlog", Files: tlog.Schema}, {Package: "audit", Files: audit.Schema},
	{Package: "identity", Files: identity.Schema}, {Package: "registry", Files: registry.Schema}, {Package: "credential", Files: credential.Schema},
	{Package: "catalogue", Files: catalogue.Schema}, {Package: "casework", Files: casework.Schema}, {Package: "application", Files: application.Schema},
	{Package: "fulfilment", Files: fulfilment.Schema}, {Package: "notice", Files: notice.Schema}, {Package: "feedback", Files: feedback.Schema}, {Package: "eligibility", Files: eligibility.Schema},
	{Package: "studio", Files: studio.Schema}, {Package: "api", Files: api.Schema},
}

// openExisting opens a city's database for a command that looks into it. A folder that was mistyped is
// not filled with an empty city.
func openExisting(ctx context.Context, c Config) (*db.Store, error) {
	if err := c.exists(); err != nil {
		return nil, err
	}
	return open(ctx, c)
}

func (c *Config) exists() error {
	if c.Database != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(c.Data, db.FileName)); err != nil {
		return fmt.Errorf("there is no city in %s: %w", c.Data, err)
	}
	return nil
}

func open(ctx context.Context, c Config) (*db.Store, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	return db.Open(ctx, db.Config{Dir: c.Data, URL: c.Database})
}

// Migrate makes or upgrades the tables.
func Migrate(ctx context.Context, c Config) error {
	store, err := open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(store.Migrate(ctx, migrations...), store.Close())
}

// Complaints is the error of files that do not load.
type Complaints []jurisdiction.Complaint

func (c Complaints) Error() string {
	lines := make([]string, len(c))
	for i, one := range c {
		lines[i] = one.String()
	}
	return "the jurisdiction does not load:\n" + strings.Join(lines, "\n")
}

// Open opens the house: files checked, tables made, keys read, everybody wired to whom they need. It
// starts nothing.
func Open(ctx context.Context, c Config) (*App, error) {
	c.complete()
	city, err := load(c.Jurisdiction)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c}
	a.city.Store(city)
	// The address comes first: links and passkeys name it, and port 0 is known only once it is bound.
	if c.Listen != "" {
		if a.listener, err = net.Listen("tcp", c.Listen); err != nil {
			return nil, err
		}
		if a.Origin == "" {
			a.Origin = "http://" + a.listener.Addr().String()
		}
	}
	if a.Store, err = open(ctx, c); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// ring opens the keys of an installation that exists; lost keys are an error and never made anew.
func ring(ctx context.Context, c Config) (*keys.Ring, error) {
	return keys.Open(ctx, keys.Config{Dir: filepath.Join(c.Data, "keys"), Existing: true})
}

// firstRing opens the keys, or makes them at the first start. The log is then named for good, by the
// public address if there is one.
func (a *App) firstRing(ctx context.Context) (*keys.Ring, error) {
	r, err := ring(ctx, a.Config)
	if !errors.Is(err, keys.ErrLost) {
		return r, err
	}
	origin := a.City().ID + ".tongban.example/log"
	if a.Config.Origin != "" && !strings.HasPrefix(a.Config.Origin, "http://127.0.0.1") {
		_, host, _ := strings.Cut(a.Config.Origin, "://")
		origin = host + "/log"
	}
	return keys.Open(ctx, keys.Config{Dir: filepath.Join(a.Data, "keys"), Origin: origin})
}

func (a *App) build(ctx context.Context) error {
	if err := a.Store.Migrate(ctx, migrations...); err != nil {
		return fmt.Errorf("make tables: %w", err)
	}
	// Keys that are missing are made as long as nothing is recorded: at a first start, also one that was
	// killed half-way, and after the tables alone were made.
	begun, err := audit.Begun(ctx, a.Store.Read())
	if err != nil {
		return err
	}
	if begun {
		a.Keys, err = ring(ctx, a.Config)
	} else {
		a.Keys, err = a.firstRing(ctx)
	}
	if err != nil {
		return err
	}
	if a.Blobs, err = blob.Open(blob.Config{Dir: filepath.Join(a.Data, "blobs")}); err != nil {
		return err
	}
	city := a.City()
	a.Jobs = job.New(job.Config{Store: a.Store, Now: a.Now, Log: a.Log, Sole: a.Store.Engine() == db.SQLite})
	a.Tree = tlog.New(tlog.Config{Store: a.Store, Signer: a.Keys.LogSigner(), Verifiers: a.Keys.LogVerifiers()})
	a.Audit = audit.New(audit.Config{Store: a.Store, Log: a.Tree, Keys: a.Keys, Now: a.Now})
	if a.Gate, err = access.New(access.Config{Store: a.Store, Audit: a.Audit, Policies: city.Policies, Law: city.Law, Now: a.Now}); err != nil {
		return err
	}
	a.Registry = registry.New(registry.Config{Indexed: indexed(), Now: a.Now})
	a.Mandate = mandate.New(mandate.Config{Look: a.mandateLook, Find: a.mandateFind, Now: a.Now, Zone: time.FixedZone("Asia/Shanghai", 8*60*60)})
	a.Identity, err = identity.New(identity.Config{Store: a.Store, Keys: a.Keys, Now: a.Now, Origin: a.Origin, Name: city.Host.Title.ZH, May: a.Mandate.May, Tell: a.signed})
	if err != nil {
		return err
	}
	fonts, err := ui.Fonts(filepath.Join(a.Data, "cache"))
	if err != nil {
		a.Log.Warn("documents cannot be made: this binary was built without the front end", "error", err)
	}
	a.Paper = paper.New(paper.Config{Fonts: fonts, Files: []string{ui.FontFile}})
	a.Credentials = credential.New(credential.Config{
		Types: a.certificateType, Body: func(id string) (org.Body, bool) { return a.City().Org.Body(id) }, Seal: a.Keys.Seal(), Covers: a.Paper.Covers, Now: a.Now,
	})
	a.Editions = catalogue.NewEditions(a.Store, published)
	a.Casework = casework.New(casework.Config{
		Gate: a.Gate, Jobs: a.Jobs, Editions: a.Editions, Registry: a.Registry, Read: a.Store.Read(), Calendar: a.calendar, Now: a.Now, Sole: a.Store.Engine() == db.SQLite,
		KeyOf: func(register string) string { return a.City().Registers[register].Key },
		Staff: func(ctx context.Context, body string) ([]identity.Account, error) {
			return a.Identity.Colleagues(ctx, body, string(org.Officer), string(org.Head))
		},
	})
	a.Application = application.New(application.Config{
		Gate: a.Gate, Read: a.Store.Read(), Casework: a.Casework, Registry: a.Registry, Credentials: a.Credentials, Editions: a.Editions, Now: a.Now,
		Calendar: a.calendar, Offer: a.offer, Register: a.register,
	})
	a.Fulfilment = fulfilment.New(fulfilment.Config{
		Gate: a.Gate, Casework: a.Casework, Credentials: a.Credentials, Registry: a.Registry, Register: a.register, Read: a.Store.Read(), Region: city.Region, Now: a.Now,
		Certificate: func(id string) (catalogue.CertificateType, bool) { t, ok := a.City().Certificates[id]; return t, ok },
	})
	a.Life = lifecycle.New(lifecycle.Config{
		Gate: a.Gate, Registry: a.Registry, Credentials: a.Credentials, Register: a.register, Calendar: a.calendar, Now: a.Now,
		Chain: func(of catalogue.Audience) (*lifecycle.Chain, bool) { c, ok := a.City().Life[of]; return c, ok },
	})
	a.Notice = notice.New(a.Gate, a.Now)
	a.Feedback = feedback.New(a.Gate, a.Store.Read(), func() string { return a.City().Host.Body }, a.Now)
	a.Eligibility = eligibility.New(eligibility.Config{
		Gate: a.Gate, Jobs: a.Jobs, Read: a.Store.Read(), Registry: a.Registry, Application: a.Application, Casework: a.Casework, Account: a.accountOf,
		Calendar: a.calendar, Benefits: a.benefits, Now: a.Now,
	})
	a.Studio = studio.New(studio.Config{
		Gate: a.Gate, Read: a.Store.Read(), Folder: os.DirFS(a.Jurisdiction), City: a.City, Apply: a.Follow, Effect: a.effect, Now: a.Now,
	})
	if err := a.assemble(ctx, city); err != nil {
		return err
	}
	a.listen()
	if a.Demo {
		if err := a.seed(ctx); err != nil {
			return fmt.Errorf("load the demonstration: %w", err)
		}
	}
	a.handler, err = a.mount()
	return err
}

func (a *App) offer(service string) (application.Offer, bool) {
	e, ok := a.City().Service(service)
	if !ok {
		return application.Offer{}, false
	}
	return application.Offer{Service: e.Service, Guide: e.Guide, Edition: e.Edition, Closed: a.City().Suspended[service].Text()}, true
}

func (a *App) calendar() *deadline.Calendar { return a.City().Calendar }

// accountOf finds the account of a person; it is empty when she has none.
func (a *App) accountOf(ctx context.Context, subject string) (string, error) {
	account, err := a.Identity.OfPerson(ctx, subject)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return account.ID, err
}

// benefits lists what is offered to people without being asked. A matter is the same in all services that name
// it by its code.
func (a *App) benefits() (all []eligibility.Benefit) {
	city := a.City()
	for _, id := range city.ServiceIDs() {
		e := city.Services[id]
		if e.Service.Proactive == nil {
			continue
		}
		b := eligibility.Benefit{Service: e.Service, Guide: e.Guide, Edition: e.Edition}
		for other, has := range city.Services {
			for i := range has.Service.Matters {
				if m := &has.Service.Matters[i]; m.Code == b.Matter().Code {
					b.Same = append(b.Same, casework.DefOf{Service: other, Def: m.ID})
				}
			}
		}
		all = append(all, b)
	}
	return all
}

func (a *App) register(id string) (catalogue.Register, bool) {
	r, ok := a.City().Registers[id]
	return r, ok
}

func (a *App) certificateType(id string) (credential.Type, bool) {
	t, ok := a.City().Certificates[id]
	if !ok {
		return credential.Type{}, false
	}
	out := credential.Type{ID: t.ID, Code: t.Code, Name: t.Name, Issuer: t.Issuer, Years: t.Years, One: t.One, Public: t.Public}
	for _, f := range t.Fields {
		field := credential.Field{ID: f.ID, Name: f.Name}
		for _, o := range f.Options {
			if field.Options == nil {
				field.Options = map[string]lang.Text{}
			}
			field.Options[o.Value] = o.Text
		}
		out.Fields = append(out.Fields, field)
	}
	return out, true
}

// indexed lists by which fields registers are searched: those by which somebody acts for another.
func indexed() map[string][]string {
	fields := map[string][]string{}
	for _, r := range mandate.Usual() {
		fields[r.Register] = append(fields[r.Register], r.Field)
	}
	return fields
}

func (a *App) mandateLook(ctx context.Context, register, subject string) (mandate.Record, error) {
	r, err := a.Registry.Look(ctx, a.Store.Read(), register, subject)
	return mandate.Record{Subject: r.Subject, Values: r.Values}, err
}

func (a *App) mandateFind(ctx context.Context, register, field, value string) ([]mandate.Record, error) {
	const most = 200
	found, err := a.Registry.Find(ctx, a.Store.Read(), register, field, value, "", most)
	records := make([]mandate.Record, len(found))
	for i, r := range found {
		records[i] = mandate.Record{Subject: r.Subject, Values: r.Values}
	}
	return records, err
}

// published reads an edition that was kept.
func published(text []byte) (*catalogue.Service, error) {
	e, complaints := jurisdiction.Compile(text)
	if e == nil {
		return nil, Complaints(complaints)
	}
	return e.Service, nil
}

// Close closes the database; nothing that was acknowledged depends on it.
func (a *App) Close() error {
	var err error
	if a.listener != nil {
		err = a.listener.Close()
		if errors.Is(err, net.ErrClosed) { // serving has closed it
			err = nil
		}
	}
	if a.Store != nil {
		err = errors.Join(err, a.Store.Close())
	}
	return err
}

// Version names the build.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "tongban (unknown)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "tongban " + s.Value[:min(12, len(s.Value))]
		}
	}
	return "tongban " + info.Main.Version
}
