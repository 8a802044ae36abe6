package ui

import (
	"maps"
	"net/url"
	"slices"

	"tongban/internal/platform/lang"
	"tongban/internal/security/identity"
	"tongban/internal/web/ui/gov"
)

// windowTitle is unique to the page and begins with what it is about; with the word for error when the
// form on it was wrong, because that is read out first.
func (u *Request) windowTitle(p Page) string {
	title := p.Title
	if p.Wrong {
		title = u.T("common.title.error", "title", title)
	}
	if p.Section != "" && p.Section != p.Title {
		title += " – " + p.Section
	}
	if site := u.Of(u.site.Name); site != "" && site != p.Title {
		title += " – " + site
	}
	return title
}

func (u *Request) theme() string {
	if u.Theme == "" {
		return "auto"
	}
	return u.Theme
}

func (u *Request) otherTheme() string {
	if u.Theme == "dark" {
		return "light"
	}
	return "dark"
}

func (u *Request) otherLang() string {
	if u.Lang == lang.EN {
		return "zh"
	}
	return "en"
}

func (u *Request) otherTag() string {
	if u.Lang == lang.EN {
		return string(lang.ZH)
	}
	return string(lang.EN)
}

func (u *Request) business() string {
	if u.kit == nil || u.kit.acting == nil || u.Actor.Kind != identity.Person {
		return ""
	}
	return u.acts
}

// SubjectName names whose affairs the actor acts in: the business, or herself.
func (u *Request) SubjectName() string {
	if name := u.business(); name != "" {
		return name
	}
	return u.Actor.Name()
}

func (u *Request) backText(l Link) string {
	if l.Text == "" {
		return u.T("common.back")
	}
	return l.Text
}

// script names the bundle of the page's audience.
func (u *Request) script(p Page) string {
	if p.Staff {
		return "staff.js"
	}
	return "citizen.js"
}

func (u *Request) navigation(p Page) gov.ServiceNavigation {
	entries := u.kit.nav(u)
	nav := gov.ServiceNavigation{
		Menu: u.T("common.menu"), NavLabel: u.T("common.nav.label"), MenuLabel: u.T("common.menu.label"),
		Items: make([]gov.NavItem, 0, len(entries)),
	}
	for _, e := range entries {
		here := e.ID == p.Nav
		nav.Items = append(nav.Items, gov.NavItem{Text: e.Text, Href: e.Href, Current: here && e.Href == u.Path(u.At), Active: here})
	}
	return nav
}

func (u *Request) banner() gov.NotificationBanner {
	n := gov.NotificationBanner{Title: u.T("common.banner.notice"), Text: u.T(u.flash.Key, u.flash.Args...)}
	if u.flash.Good {
		n.Type, n.Title = "success", u.T("common.banner.done")
	}
	return n
}

func crumbs(links []Link) []gov.Crumb {
	all := make([]gov.Crumb, len(links))
	for i, l := range links {
		all[i] = gov.Crumb{Text: l.Text, Href: l.Href}
	}
	return all
}

// pairs lists the values of a form as hidden inputs need them.
func pairs(form url.Values) []Link {
	var all []Link
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			all = append(all, Link{name, value})
		}
	}
	return all
}

// PasswordWords are what the button of a gov.PasswordInput says.
func PasswordWords(u *Request) gov.PasswordWords {
	return gov.PasswordWords{
		Show: u.T("common.password.show"), Hide: u.T("common.password.hide"),
		ShowLabel: u.T("common.password.show-label"), HideLabel: u.T("common.password.hide-label"),
		Shown: u.T("common.password.shown"), Hidden: u.T("common.password.hidden"),
	}
}
