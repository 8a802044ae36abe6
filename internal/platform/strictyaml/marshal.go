package strictyaml

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"unicode/utf8"
)

// Marshal writes a value in one fixed form: JSON (which is YAML) without white space, the keys of structs
// in the order of their fields, those of maps sorted, and without what is empty and marked omitempty.
// Equal values give equal bytes whatever their files looked like, and Read reads them back.
func Marshal(v any) []byte {
	const usual = 32 << 10 // bytes of a service with what it refers to
	return appendValue(make([]byte, 0, usual), reflect.ValueOf(v))
}

func appendValue(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Pointer:
		return appendValue(b, v.Elem())
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Float64:
		return strconv.AppendFloat(b, v.Float(), 'f', -1, 64)
	case reflect.Slice:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, v.Index(i))
		}
		return append(b, ']')
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		b = append(b, '{')
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, k.String()), ':')
			b = appendValue(b, v.MapIndex(k))
		}
		return append(b, '}')
	case reflect.Struct:
		b = append(b, '{')
		first := true
		for _, f := range shapeOf(v.Type()).fields {
			fv := v.Field(f.index)
			if !f.required && fv.IsZero() || fv.Kind() == reflect.Pointer && fv.IsNil() {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(appendText(b, f.key), ':')
			b = appendValue(b, fv)
		}
		return append(b, '}')
	}
	panic(fmt.Sprintf("strictyaml: cannot marshal %s", v.Type()))
}

// appendText writes a JSON string. Beyond what JSON demands, what YAML does not print is escaped too.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0 // what stands as it is, from here on, is written at once
	for i, r := range s {
		escape := ""
		switch {
		case r == '"' || r == '\\':
			escape = `\` + string(r)
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			escape = fmt.Sprintf(`\u%04x`, r)
		case r == utf8.RuneError:
			escape = string(r) // a byte that is no character reads as one
		default:
			continue
		}
		b = append(append(b, s[from:i]...), escape...)
		_, n := utf8.DecodeRuneInString(s[i:])
		from = i + n
	}
	return append(append(b, s[from:]...), '"')
}
