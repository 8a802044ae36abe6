package blob

import (
	"mime/multipart"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is what the common file systems take, in bytes: 85 Chinese characters.
const maxName = 255

// NameOf is the name of a file as it was sent. Part.FileName would take the folder off, and a name that
// tries to climb is to be refused and not repaired.
func NameOf(part *multipart.Part) string {
	if _, after, ok := strings.Cut(part.Header.Get("Content-Disposition"), `filename="`); ok {
		if name, _, ok := strings.Cut(after, `"`); ok {
			return name
		}
	}
	return part.FileName()
}

// checkName refuses names that would mislead a program or a person: paths, control characters, and the
// characters that turn the direction of writing, with which "fdp.exe" is made to look like "exe.pdf".
// The file is never stored under its name; it is shown, and offered again for download.
func checkName(name string) error {
	bad := refuse("upload.bad-name")
	base := strings.TrimSpace(name)
	if len(name) == 0 || len(name) > maxName || !utf8.ValidString(name) || base != name || strings.Trim(base, ".") == "" {
		return bad
	}
	for _, r := range name {
		// Cf holds the characters that change the direction and those without a width.
		if r == '/' || r == '\\' || r == utf8.RuneError || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) {
			return bad
		}
	}
	return nil
}
