package interchange

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/lang"
	"tongban/internal/security/law"
)

//go:embed fields.yaml
var fieldsFile []byte

// The tables of a checklist.
const (
	taskTable     = "task"
	materialTable = "material"
	feeTable      = "fee"
	questionTable = "question"
)

var tables = []string{taskTable, materialTable, feeTable, questionTable}

// Field is one element of an implementation checklist.
type Field struct {
	Table     string        `yaml:"table"`
	Name      string        `yaml:"name"` // of the national table's column
	ZH        string        `yaml:"zh"`
	EN        string        `yaml:"en"`
	Certainty law.Certainty `yaml:"certainty"`
	Need      bool          `yaml:"need"`  // the national table does not let it be empty
	Must      bool          `yaml:"must"`  // a matter cannot be drafted without it
	Here      string        `yaml:"here"`  // our element; empty: we hold nothing for it
	Codes     string        `yaml:"codes"` // what may be written in it
}

// Title is what people call the field.
func (f Field) Title() lang.Text { return lang.Text{ZH: f.ZH, EN: f.EN} }

// Codes are what may be written in a field and what each means here.
type Codes struct {
	Certainty law.Certainty `yaml:"certainty"`
	Source    string        `yaml:"source"`
	Values    []Code        `yaml:"values"`
}

// Code is one value: how it is written, and what it is here.
type Code struct {
	Write string `yaml:"write"`
	Here  string `yaml:"here"`
}

// Standard is the fields and codes of implementation checklists.
type Standard struct {
	Fields []Field          `yaml:"fields"`
	Codes  map[string]Codes `yaml:"codes"`
}

// NewStandard reads the fields and codes. The error is about the program's own file.
func NewStandard() (*Standard, error) {
	s := &Standard{}
	if err := yaml.Load(fieldsFile, s, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("read fields.yaml: %w", err)
	}
	return s, nil
}

// Of lists the fields of a table.
func (s *Standard) Of(table string) []Field {
	var of []Field
	for _, f := range s.Fields {
		if f.Table == table {
			of = append(of, f)
		}
	}
	return of
}

// Field finds a field by its name or its Chinese title.
func (s *Standard) Field(table, name string) (Field, bool) {
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Table == table && (f.Name == name || f.ZH == name) })
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// write is what is written for a value of ours; empty when there is nothing for it.
func (s *Standard) write(codes, here string) string {
	for _, v := range s.Codes[codes].Values {
		if v.Here == here {
			return v.Write
		}
	}
	return ""
}

// read is what a written value means here.
func (s *Standard) read(codes, written string) (string, bool) {
	for _, v := range s.Codes[codes].Values {
		if v.Write == written {
			return v.Here, true
		}
	}
	return "", false
}

// written lists what may be written.
func (s *Standard) written(codes string) []string {
	var all []string
	for _, v := range s.Codes[codes].Values {
		all = append(all, v.Write)
	}
	return all
}

// several are the values of a cell that holds more than one; they are written with ^ and read with any of
// the signs that people put between.
func several(cell string) []string {
	parts := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("^,，、;；", r) })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}
