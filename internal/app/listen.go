package app

import (
	"context"
	"errors"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/job"
	"tongban/internal/security/audit"
	"tongban/internal/security/identity"
	"tongban/internal/service/casework"
	"tongban/internal/service/eligibility"
	"tongban/internal/service/feedback"
	"tongban/internal/service/notice"
)

const (
	jobSweep  = "app.sweep"
	jobScreen = "app.screen"

	sealEvery  = 500 * time.Millisecond
	sweepEvery = time.Hour

	// screenEvery is how often registers are gone through for benefits that nobody asked for.
	screenEvery = 24 * time.Hour
)

// listen is the only list of who hears of what.
func (a *App) listen() {
	job.Handle(a.Jobs, casework.JobTold, a.told)
	job.Handle(a.Jobs, casework.JobFulfil, a.Fulfilment.Fulfil)
	job.Handle(a.Jobs, eligibility.JobTold, a.offered)
	job.Handle(a.Jobs, jobSweep, a.sweep)
	a.Jobs.Every(jobSweep, sweepEvery)
	job.Handle(a.Jobs, jobScreen, func(ctx context.Context, _ struct{}) error { return a.Eligibility.RunAll(ctx) })
	a.Jobs.Every(jobScreen, screenEvery)
}

// told tells the applicant that something happened, and invites her to rate what came to its end.
func (a *App) told(ctx context.Context, t casework.Told) error {
	c, matters, err := a.Casework.Known(ctx, t.Case)
	if err != nil {
		return err
	}
	by := identity.ForSystem("notice")
	kind := string(t.Kind)
	if c.Unasked && t.Kind == casework.Opened {
		kind = "opened-unasked"
	}
	err = a.Notice.Send(ctx, by, notice.Message{Event: t.Event, Account: c.Applicant, Subject: c.Subject, Case: c.ID, Matter: t.Matter, Kind: kind})
	if err != nil || t.Kind != casework.Ruled && t.Kind != casework.NotTaken {
		return err
	}
	for _, m := range matters {
		if m.ID == t.Matter {
			return a.Feedback.Invite(ctx, by, feedback.Rating{
				Matter: m.ID, Case: c.ID, Account: c.Applicant, Subject: c.Subject, Service: c.Service, Def: m.Def, Body: m.Body,
			})
		}
	}
	return nil
}

// offered tells a person what she is offered, or what became of it.
func (a *App) offered(ctx context.Context, t eligibility.Told) error {
	o, account, err := a.Eligibility.Known(ctx, t.Offer)
	if err != nil || account == "" {
		return err
	}
	return a.Notice.Send(ctx, identity.ForSystem("notice"), notice.Message{Event: t.Event, Account: account, Subject: o.Subject, Offer: o.ID, Kind: string(t.Kind)})
}

// sweep clears away what has run out, and ends the certificates whose time is over.
func (a *App) sweep(ctx context.Context, _ struct{}) error {
	return errors.Join(a.Identity.Sweep(ctx), a.Application.Sweep(ctx), a.Feedback.Sweep(ctx), a.Eligibility.Sweep(ctx), a.Fulfilment.Expire(ctx))
}

// signed records what happened to an account: signing in and out, passkeys, tokens.
func (a *App) signed(ctx context.Context, tx db.Queryer, e identity.Event) error {
	outcome := audit.Done
	if e.What == identity.SignInWrong || e.What == identity.SignInLocked {
		outcome = audit.Refused
	}
	_, err := a.Audit.Append(ctx, tx, audit.Entry{
		At: e.At, Actor: e.By, Action: e.What, Kind: "account", ID: e.By.ID, Subject: e.By.Self, Purpose: "account", Outcome: outcome,
	})
	return err
}
