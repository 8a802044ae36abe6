package form

import (
	"net/mail"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
)

// How many characters a field may have when the catalogue does not say. A name has room for the longest
// passport name, and never less than the 50 that 民委发〔2016〕33号 demands.
const (
	maxText   = 200
	maxLong   = 2000
	maxName   = 100
	leastName = 50
)

func readText(f *catalogue.Field, s string) (string, *fault.Field) {
	usual := maxText
	if f.Type == "long-text" {
		usual = maxLong
	}
	return short(f, norm.NFC.String(s), usual)
}

// short counts code points, as the database and the browser do too, never bytes or UTF-16 units.
func short(f *catalogue.Field, s string, usual int) (string, *fault.Field) {
	max := f.Max
	if max == 0 {
		max = usual
	}
	if n := utf8.RuneCountInString(s); n > max {
		return "", complain(f.ID, "field.too-long", "max", strconv.Itoa(max), "length", strconv.Itoa(n))
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return "", complain(f.ID, "field.unreadable")
	}
	return s, nil
}

func readAddress(f *catalogue.Field, s string) (string, *fault.Field) {
	s = norm.NFC.String(s)
	if !strings.ContainsFunc(s, unicode.IsLetter) {
		return "", complain(f.ID, "field.address")
	}
	return short(f, s, maxText)
}

// separators between the parts of a name that input methods and old systems produce for U+00B7.
const separators = "•‧∙⋅・･．ㆍ"

// old maps characters that systems before GB 18030-2022 kept in the private use area to what Unicode
// calls them (GB 18030-2022, annex D).
var old = map[rune]rune{
	0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
	0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}

// readName reads a person's name as it is: one field, any length from one character, any character that
// is assigned, NFC and never NFKC (which would merge characters that differ).
func readName(f *catalogue.Field, s string) (string, *fault.Field) {
	runes := []rune(norm.NFC.String(s))
	for i, r := range runes {
		if to, ok := old[r]; ok {
			r = to
		}
		between := i > 0 && i+1 < len(runes) && unicode.Is(unicode.Han, runes[i-1]) && unicode.Is(unicode.Han, runes[i+1])
		if strings.ContainsRune(separators, r) || r == '.' && between {
			r = '·'
		}
		runes[i] = r
	}
	s = strings.Join(strings.Fields(string(runes)), " ")
	s = strings.ReplaceAll(strings.ReplaceAll(s, " ·", "·"), "· ", "·")
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Co, r) }):
		return "", complain(f.ID, "field.name.private")
	case !strings.ContainsFunc(s, unicode.IsLetter):
		return "", complain(f.ID, "field.name.letters")
	case strings.ContainsFunc(s, unicode.IsDigit):
		return "", complain(f.ID, "field.name.digits")
	case strings.ContainsAny(s, "<>{}[]|\\/@#$%^&*+=\"?!;"):
		return "", complain(f.ID, "field.name.signs")
	}
	room := *f
	if room.Max > 0 {
		room.Max = max(room.Max, leastName)
	}
	return short(&room, s, maxName)
}

func readEmail(f *catalogue.Field, s string) (string, *fault.Field) {
	s = strings.ReplaceAll(half(s), " ", "")
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return "", complain(f.ID, "field.email")
	}
	if at := strings.LastIndexByte(s, '@'); !strings.Contains(s[at:], ".") || len(s) > 254 { // RFC 5321
		return "", complain(f.ID, "field.email")
	}
	return s, nil
}

func readEnum(f *catalogue.Field, s string) (string, *fault.Field) {
	for _, o := range f.Options {
		if o.Value == s {
			return s, nil
		}
	}
	return "", complain(f.ID, "field.option")
}

func readBoolean(f *catalogue.Field, s string) (string, *fault.Field) {
	switch s {
	case "true", "false":
		return s, nil
	}
	return "", complain(f.ID, "field.option")
}
