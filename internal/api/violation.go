package api

import (
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"tongban/internal/platform/lang"
)

// complaint is one thing that the schema check can say: huma's sentence, our code, and the names of the
// values in the sentence, which come from the schema and never from the request.
type complaint struct {
	sentence *regexp.Regexp
	code     string
	values   []string
}

var complaints = []complaint{
	said(validation.MsgExpectedRequiredProperty, "api.required", "property"),
	said(validation.MsgUnexpectedProperty, "api.unknown-property"),
	said(validation.MsgExpectedString, "api.type.string"),
	said(validation.MsgExpectedBoolean, "api.type.boolean"),
	said(validation.MsgExpectedInteger, "api.type.integer"),
	said(validation.MsgExpectedNumber, "api.type.number"),
	said(validation.MsgExpectedArray, "api.type.array"),
	said(validation.MsgExpectedObject, "api.type.object"),
	said(validation.MsgExpectedOneOf, "api.one-of", "values"),
	said(validation.MsgExpectedMinimumNumber, "api.minimum", "least"),
	said(validation.MsgExpectedMaximumNumber, "api.maximum", "most"),
	said(validation.MsgExpectedMinLength, "api.min-length", "least"),
	said(validation.MsgExpectedMaxLength, "api.max-length", "most"),
	said(validation.MsgExpectedMinItems, "api.min-items", "least"),
	said(validation.MsgExpectedMaxItems, "api.max-items", "most"),
	said(validation.MsgExpectedMaxProperties, "api.max-items", "most"),
	said(validation.MsgExpectedRFC3339Date, "api.format.date"),
	said("required %v parameter is missing", "api.required-parameter"),
	said("unknown query parameter", "api.unknown-parameter"),
	said("invalid integer", "api.type.integer"),
	said("invalid boolean", "api.type.boolean"),
}

var verb = regexp.MustCompile(`%[vsd]`)

func said(format, code string, values ...string) complaint {
	parts := verb.Split(format, -1)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return complaint{regexp.MustCompile("^" + strings.Join(parts, "(.*)") + "$"), code, values}
}

// plain is a name that is safe to repeat: it is a name of ours, or looks like one.
var (
	plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)
	index = regexp.MustCompile(`^[0-9]{1,4}$`)
)

func (a *API) schemaViolation(l lang.Lang, e *huma.ErrorDetail) Violation {
	v, values := Violation{Code: "api.invalid"}, map[string]string{}
	for _, c := range complaints {
		found := c.sentence.FindStringSubmatch(e.Message)
		if found == nil {
			continue
		}
		v.Code = c.code
		for i, name := range c.values {
			values[name] = found[i+1]
		}
		break
	}
	location := e.Location
	if v.Code == "api.required" {
		location += "." + values["property"]
	}
	v.Pointer, v.Parameter = pointer(location)
	v.Detail = a.sentence(l, v.Code, values)
	return v
}

// pointer turns huma's location, body.points[0].text, into a JSON Pointer; what stands outside the body
// is a parameter. A part that is not a plain name was chosen by the caller and is left out, with all
// that follows.
func pointer(location string) (pointer, parameter string) {
	where, rest, _ := strings.Cut(location, ".")
	if where != "body" {
		if !plain.MatchString(rest) {
			rest = ""
		}
		return "", strings.TrimSuffix(where+"."+rest, ".")
	}
	var b strings.Builder
	b.WriteByte('#')
	for part := range strings.FieldsFuncSeq(rest, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		if !plain.MatchString(part) && !index.MatchString(part) {
			break
		}
		b.WriteString("/" + part)
	}
	return b.String(), ""
}
