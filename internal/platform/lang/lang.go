// Package lang knows the languages that people read here, and text that is written in all of them.
//
// Its one rule: Chinese is the first language and no text exists in only one of them.
package lang

import "golang.org/x/text/language"

// Lang is a language that the product speaks, as its BCP 47 tag.
type Lang string

// The languages, first the one that wins when nothing else decides.
const (
	ZH Lang = "zh-CN"
	EN Lang = "en"
)

// All lists the languages in order of precedence.
var All = []Lang{ZH, EN}

var matcher = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// Match chooses the language for an Accept-Language header; Chinese when nothing fits.
func Match(accept string) Lang {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return ZH
	}
	// The index is used and not the tag, because matching decorates the tag with extensions.
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return ZH
	}
	return All[i]
}

// Text is a text in every language. In YAML it is written {zh: …, en: …}.
type Text struct {
	ZH string `yaml:"zh" json:"zh"`
	EN string `yaml:"en" json:"en"`
}

// In returns the text in the language l.
func (t Text) In(l Lang) string {
	if l == EN {
		return t.EN
	}
	return t.ZH
}

// Empty reports whether the text says nothing in any language.
func (t Text) Empty() bool { return t.ZH == "" && t.EN == "" }

// Missing lists the languages in which a text that says something says nothing.
func (t Text) Missing() []Lang {
	var m []Lang
	if t.ZH == "" {
		m = append(m, ZH)
	}
	if t.EN == "" {
		m = append(m, EN)
	}
	return m
}
