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
	m := marshaller{shapes: map[reflect.Type]*shape{}}
	return m.append(nil, reflect.ValueOf(v))
}

type marshaller struct{ shapes map[reflect.Type]*shape }

func (m *marshaller) append(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Pointer:
		return m.append(b, v.Elem())
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
			b = m.append(b, v.Index(i))
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
			b = m.append(b, v.MapIndex(k))
		}
		return append(b, '}')
	case reflect.Struct:
		b = append(b, '{')
		first := true
		sh, ok := m.shapes[v.Type()]
		if !ok {
			sh = shapeOf(v.Type())
			m.shapes[v.Type()] = sh
		}
		for _, f := range sh.fields {
			fv := v.Field(f.index)
			if !f.required && fv.IsZero() || fv.Kind() == reflect.Pointer && fv.IsNil() {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(appendText(b, f.key), ':')
			b = m.append(b, fv)
		}
		return append(b, '}')
	}
	panic(fmt.Sprintf("strictyaml: cannot marshal %s", v.Type()))
}

// appendText writes a JSON string. Beyond what JSON demands, what YAML does not print is escaped too.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
