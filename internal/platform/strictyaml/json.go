package strictyaml

import (
	"encoding/json"
	"sort"

	"go.yaml.in/yaml/v4"
)

// JSON writes the value with that path in one fixed form: as JSON without white space, keys in order,
// comments gone, numbers and booleans as such and every other scalar as the text that was written. Two
// files that say the same have the same JSON, and Read reads it back to the same value. Nil when the
// path is not there.
func (s *Source) JSON(path string) []byte {
	if !s.Has(path) {
		return nil
	}
	n, _ := s.find(path)
	return appendJSON(nil, n)
}

func appendJSON(b []byte, n *yaml.Node) []byte {
	switch n.Kind {
	case yaml.MappingNode:
		at := make([]int, 0, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			at = append(at, i)
		}
		sort.SliceStable(at, func(i, j int) bool { return n.Content[at[i]].Value < n.Content[at[j]].Value })
		b = append(b, '{')
		for i, k := range at {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, n.Content[k].Value), ':')
			b = appendJSON(b, n.Content[k+1])
		}
		return append(b, '}')
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, c := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, c)
		}
		return append(b, ']')
	}
	plain := n.Style&^yaml.FlowStyle == 0
	if plain && (n.Value == "true" || n.Value == "false" || decimalNumber.MatchString(n.Value)) {
		return append(b, n.Value...)
	}
	return appendText(b, n.Value)
}

func appendText(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil { // a string can always be marshalled
		panic(err)
	}
	return append(b, text...)
}
