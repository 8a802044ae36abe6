package strictyaml

import (
	"reflect"
	"sort"
)

// Each visits every T within a decoded value, wherever it lies, with its path. What the struct tags
// leave out of YAML is not visited, nor is the inside of a T.
func Each[T any](root any, path string, visit func(path string, v T)) {
	w := walker{want: reflect.TypeFor[T](), holds: map[reflect.Type]bool{},
		visit: func(path string, v reflect.Value) { visit(path, v.Interface().(T)) }}
	w.walk(reflect.ValueOf(root), path)
}

type walker struct {
	want  reflect.Type
	holds map[reflect.Type]bool // whether a type can hold what is wanted
	visit func(path string, v reflect.Value)
}

func (w *walker) walk(v reflect.Value, path string) {
	if v.Type() == w.want {
		w.visit(path, v)
		return
	}
	if !w.canHold(v.Type()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			w.walk(v.Elem(), path)
		}
	case reflect.Struct:
		for _, f := range shapeOf(v.Type()).fields {
			if w.canHold(f.typ) {
				w.walk(v.Field(f.index), Key(path, f.key))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.walk(v.Index(i), Item(path, i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		for _, k := range keys {
			w.walk(v.MapIndex(k), Key(path, k.String()))
		}
	}
}

// canHold reports whether a value of type t can be, or have within it, what is wanted.
func (w *walker) canHold(t reflect.Type) bool {
	if t == w.want {
		return true
	}
	can, known := w.holds[t]
	if known {
		return can
	}
	w.holds[t] = false // for a type that holds itself
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		can = w.canHold(t.Elem())
	case reflect.Struct:
		for _, f := range shapeOf(t).fields {
			can = w.canHold(f.typ) || can
		}
	}
	w.holds[t] = can
	return can
}
