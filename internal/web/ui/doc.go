// Package ui is the kit that every page stands on: the frame of a page, the request as a page sees it,
// and the one place where handlers are wrapped, errors become pages and files are served.
//
// Its one rule: a page works as HTML that posts, without script, at 320 pixels, by keyboard, in print
// and in both languages; script and style only make it pleasanter. It is the floor's design system
// together with gov (base components), gp (the platform's own components) and text (every sentence).
// Rooms put a Page together and call Request.Render; they never write headers, frames or error pages.
//
// Reading order: request.go, page.go, layout.templ, mux.go, kit.go, fail.go.
package ui
