package ui

import "tongban/internal/security/identity"

// DefaultNav is the service navigation of each audience: at most six entries. People with several posts
// switch between them; their menus are never merged.
func DefaultNav(u *Request) []Entry {
	if u.Actor.Kind == identity.Officer && staff(u.At) {
		studio := []Entry{{"studio", u.T("common.nav.studio"), "/studio"}, {"catalogue", u.T("common.nav.catalogue"), "/studio/services"}}
		if u.Actor.Has("editor") {
			return studio
		}
		entries := []Entry{{"desk", u.T("common.nav.desk"), "/desk"}}
		if u.Actor.Has("officer") || u.Actor.Has("head") {
			entries = append(entries, Entry{"queue", u.T("common.nav.queue"), "/desk/queue"})
		}
		if u.Actor.Has("head") {
			entries = append(entries, Entry{"sign", u.T("common.nav.sign"), "/desk/sign"})
			entries = append(entries, studio...)
		}
		return entries
	}
	return []Entry{
		{"services", u.T("common.nav.services"), u.Path("/")},
		{"applications", u.T("common.nav.applications"), "/me/applications"},
		{"certificates", u.T("common.nav.certificates"), "/me/certificates"},
		{"data", u.T("common.nav.data"), "/me/data"},
		{"help", u.T("common.nav.help"), u.Path("/help")},
	}
}
