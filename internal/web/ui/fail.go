package ui

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"runtime/debug"

	"tongban/internal/api/status"
	"tongban/internal/platform/fault"
)

// fail turns what went wrong into the page that says so.
func (k *Kit) fail(w http.ResponseWriter, r *http.Request, err error) {
	u := From(r)
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader went away; nobody is there to read an answer
	}
	var f *fault.Error
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		k.try(k.sorry(w, r, http.StatusRequestEntityTooLarge, "trouble.413.what", []string{"max", u.Bytes(big.Limit)}))
		return
	case !errors.As(err, &f):
		k.log.Error("page failed", "request", u.ID, "error", err)
		k.try(k.sorry(w, r, http.StatusInternalServerError, "", nil))
		return
	}
	if f.Err != nil {
		k.log.Warn("page refused", "request", u.ID, "kind", f.Kind.String(), "code", f.Code, "error", f.Err)
	}
	// To somebody who is nobody yet, what is hers does not exist. She signs in before she is told so.
	if !u.SignedIn() && (f.Kind == fault.Denied || f.Kind == fault.NotFound && private(u.At)) {
		k.try(k.signIn(w, r))
		return
	}
	code := status.Of(f)
	if code == http.StatusTooManyRequests {
		if s := f.Args["seconds"]; s != "" {
			w.Header().Set("Retry-After", s)
		}
	}
	k.try(k.sorryFault(w, r, code, f))
}

func (k *Kit) try(err error) {
	if err != nil {
		k.log.Error("error page failed", "error", err)
	}
}

// signIn leads somebody who must sign in first to do so and then back here. What she has just posted is
// kept, so that a session that ran out costs nobody her work.
func (k *Kit) signIn(w http.ResponseWriter, r *http.Request) error {
	u := From(r)
	back := u.Here()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if k.keep(w, r) {
			back = "/kept"
			k.setFlash(w, Flash{Key: "session.kept"})
		} else {
			back = u.Path("/")
			k.setFlash(w, Flash{Key: "session.lost"})
		}
	}
	http.Redirect(w, r, u.Path("/login")+"?return="+url.QueryEscape(back), http.StatusSeeOther)
	return nil
}

// Trouble writes the error page of a status, for a page that has decided itself; key may replace the
// first sentence.
func (u *Request) Trouble(w http.ResponseWriter, r *http.Request, status int, key string, args ...string) error {
	return u.kit.sorry(w, r, status, key, args)
}

// troubles is an error page as its template sees it.
type troubles struct {
	Status int
	Title  string
	What   []string // what happened, and what to do
	Fields []string // complaints about fields that no form showed
	Number string   // to quote, only after a fault of ours
}

func (k *Kit) sorryFault(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) error {
	u := From(r)
	t := trouble(u, status)
	if said, ok := u.Fault(f); ok {
		t.What = append([]string{said}, t.What[1:]...)
	}
	for _, field := range f.Fields {
		t.Fields = append(t.Fields, u.Complaint(field, field.Name))
	}
	return u.Render(w, r, status, Page{Title: t.Title, NoIndex: true, Body: troublePage(u, t)})
}

// sorry is an error page for what is no fault of a verb; key may replace the first sentence.
func (k *Kit) sorry(w http.ResponseWriter, r *http.Request, status int, key string, args []string) error {
	u := From(r)
	t := trouble(u, status)
	if key != "" {
		t.What = append([]string{u.T(key, args...)}, t.What[1:]...)
	}
	return u.Render(w, r, status, Page{Title: t.Title, NoIndex: true, Body: troublePage(u, t)})
}

func trouble(u *Request, status int) troubles {
	base := "trouble." + codes(status)
	t := troubles{Status: status, Title: u.T(base + ".title"), What: []string{u.T(base + ".what"), u.T(base + ".do")}}
	if status >= 500 && status != http.StatusServiceUnavailable {
		t.Number = u.ID
	}
	return t
}

// codes names a status in text keys; one that has no texts of its own reads as its neighbour.
func codes(status int) string {
	switch status {
	case 403, 404, 405, 409, 410, 413, 422, 429, 503:
		return string([]byte{byte('0' + status/100), byte('0' + status/10%10), byte('0' + status%10)})
	case 401:
		return "403"
	}
	return "500"
}

func stack() string { return string(debug.Stack()) }

// Complaints turns a fault about fields into the complaints by field id, as forms show them; every
// other error is not its business and comes back.
func Complaints(err error) (map[string]fault.Field, error) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return nil, err
	}
	by := make(map[string]fault.Field, len(f.Fields))
	for _, field := range f.Fields {
		if _, first := by[field.Name]; !first {
			by[field.Name] = field
		}
	}
	return by, nil
}
