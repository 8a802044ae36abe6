package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"tongban/internal/api"
	"tongban/internal/data/registry"
	"tongban/internal/platform/fault"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
)

// demoPassword is the password of every demonstration account. They exist only where --demo was given.
const demoPassword = "tongban-demo"

// seed loads the demonstration people, staff and register records. What is there already stays, so a
// second start goes on with the same data.
func (a *App) seed(ctx context.Context) error {
	city := a.City()
	var accounts []identity.Account
	for _, p := range city.People.People {
		if p.Login == "" {
			continue
		}
		level := identity.AL2
		if p.Level > 0 {
			level = identity.Level(p.Level)
		}
		account := identity.Account{ID: p.ID, Kind: identity.Person, Name: p.Name, Level: level, Login: p.Login}
		if level >= identity.AL2 { // below that her real name is not known
			account.Subject = p.IDNumber
		}
		accounts = append(accounts, account)
	}
	for _, s := range city.Org.Staff() {
		roles := make([]string, len(s.Roles))
		for i, r := range s.Roles {
			roles[i] = string(r)
		}
		accounts = append(accounts, identity.Account{ID: "o_" + s.ID, Kind: identity.Officer, Name: s.Name, Body: s.Body, Roles: roles, Level: identity.AL2, Login: s.ID})
	}
	if _, err := a.Identity.Enrol(ctx, accounts, demoPassword); err != nil {
		return err
	}
	return a.importRecords(ctx)
}

func (a *App) importRecords(ctx context.Context) error {
	city := a.City()
	var records []registry.Record
	for _, r := range city.People.Records {
		day, err := time.ParseInLocation(time.DateOnly, r.Recorded, time.FixedZone("Asia/Shanghai", 8*60*60))
		if err != nil {
			return fmt.Errorf("record of %s: %w", r.Register, err)
		}
		records = append(records, registry.Record{Register: r.Register, Subject: r.Subject, Values: r.Values, Source: city.Registers[r.Register].Keeper, RecordedAt: day})
	}
	return a.Gate.Do(ctx, identity.ForSystem("import").WithName("通办"), func(tx *access.Tx) error {
		for id := range city.Registers {
			if err := tx.Permit(ctx, "register.write", access.Resource{Kind: "register", ID: id, Purpose: "import"}); err != nil {
				return err
			}
		}
		_, err := a.Registry.Load(ctx, tx, "demonstration", records)
		return err
	})
}

// Account is one demonstration account, for lists.
type Account struct {
	ID, Login, Name, Body string
	Roles                 []string
}

// DemoPeople lists the demonstration people and staff of the jurisdiction.
func DemoPeople(_ context.Context, c Config) ([]Account, error) {
	city, err := load(c.Jurisdiction)
	if err != nil {
		return nil, err
	}
	var all []Account
	for _, p := range city.People.People {
		if p.Login != "" {
			all = append(all, Account{ID: p.ID, Login: p.Login, Name: p.Name, Roles: []string{"person"}})
		}
	}
	for _, s := range city.Org.Staff() {
		roles := make([]string, len(s.Roles))
		for i, r := range s.Roles {
			roles[i] = string(r)
		}
		all = append(all, Account{ID: "o_" + s.ID, Login: s.ID, Name: s.Name, Body: s.Body, Roles: roles})
	}
	return all, nil
}

// DemoToken issues an API token for a demonstration account, perhaps acting for a business.
func DemoToken(ctx context.Context, c Config, as, subject string, valid time.Duration) (string, error) {
	if err := c.exists(); err != nil {
		return "", err
	}
	a, err := Open(ctx, c)
	if err != nil {
		return "", err
	}
	defer a.Close()
	account, err := a.Identity.ByLogin(ctx, as)
	if fault.Is(err, fault.NotFound) {
		account, err = a.Identity.Find(ctx, as)
	}
	if err != nil {
		return "", fmt.Errorf("account %q: %w", as, err)
	}
	by := account.Actor()
	if subject != "" {
		may, err := a.Mandate.May(ctx, by.Self, subject)
		if err != nil {
			return "", err
		}
		if !may {
			return "", fmt.Errorf("%s may not act for %s", as, subject)
		}
		by.Subject = subject
	}
	return a.Identity.Token(ctx, by, api.Scopes(), a.Now().Add(valid))
}

// Welcome says what has been opened and how to sign in.
func (a *App) Welcome(w io.Writer, addr string) {
	city := a.City()
	fmt.Fprintf(w, "\n%s · %s\n", city.Host.Title.ZH, city.Host.Title.EN)
	fmt.Fprintf(w, "  办事 services   http://%s/   English http://%s/en\n  员工 staff      http://%s/desk\n  接口 API        http://%s/api/v1/openapi.yaml\n  日志 log        http://%s/log\n", addr, addr, addr, addr, addr)
	fmt.Fprintf(w, "\n登录 sign in    http://%s/login    密码 password: %s\n", addr, demoPassword)
	for _, p := range city.People.People {
		if p.Login != "" {
			fmt.Fprintf(w, "  %-10s %s\n", p.Login, p.Story.ZH)
		}
	}
	fmt.Fprintln(w)
	for _, s := range city.Org.Staff() {
		if body, ok := city.Org.Body(s.Body); ok {
			fmt.Fprintf(w, "  %-22s %s %s\n", s.ID, body.Short.ZH, s.Post.ZH)
		}
	}
	fmt.Fprintln(w)
}
