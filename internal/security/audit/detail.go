package audit

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// detail is what is hidden of an entry. Its salts open the commitment.
type detail struct {
	Salts   []byte // of act, who and whom, one behind the other
	Name    string
	Roles   []string
	Level   int
	Self    string // of persons only: an officer's own number is nobody's business here
	For     string // likewise
	Session string
	Subject string
	Purpose string
	Basis   string
	Fields  []string
	Note    map[string]string
}

// canon writes the detail as canonical text, which costs a fraction of JSON; both ways are on the path of
// every act or of every verified row.
func (d *detail) canon() canon {
	c := make(canon, 0, 512)
	c.put("salts", string(d.Salts))
	c.put("name", d.Name)
	c.list("role", d.Roles)
	if d.Level != 0 {
		c.number("level", int64(d.Level))
	}
	c.put("self", d.Self)
	c.put("for", d.For)
	c.put("session", d.Session)
	c.put("subject", d.Subject)
	c.put("purpose", d.Purpose)
	c.put("basis", d.Basis)
	c.list("field", d.Fields)
	c.pairs("note", d.Note)
	return c
}

// parseDetail reads what canon has written. Names that a later version has added are passed over.
func parseDetail(text []byte) (*detail, error) {
	var d detail
	for len(text) > 0 {
		name, rest, ok := bytes.Cut(text, []byte(" "))
		if !ok {
			return nil, errDetail
		}
		value, rest, err := parseValue(rest)
		if err != nil {
			return nil, err
		}
		if len(rest) > 0 && rest[0] == ' ' { // a pair
			second, after, err := parseValue(rest[1:])
			if err != nil {
				return nil, err
			}
			if string(name) == "note" {
				if d.Note == nil {
					d.Note = map[string]string{}
				}
				d.Note[string(value)] = string(second)
			}
			rest = after
		} else if err := d.set(string(name), value); err != nil {
			return nil, err
		}
		if len(rest) == 0 || rest[0] != '\n' {
			return nil, errDetail
		}
		text = rest[1:]
	}
	return &d, nil
}

var errDetail = errors.New("the detail is not canonical text")

func parseValue(text []byte) (value, rest []byte, err error) {
	length, rest, ok := bytes.Cut(text, []byte(":"))
	n, err := strconv.ParseUint(string(length), 10, 31)
	if err != nil || !ok || uint64(len(rest)) < n {
		return nil, nil, errDetail
	}
	return rest[:n], rest[n:], nil
}

func (d *detail) set(name string, value []byte) error {
	switch name {
	case "salts":
		d.Salts = value
	case "name":
		d.Name = string(value)
	case "role":
		d.Roles = append(d.Roles, string(value))
	case "level":
		n, err := strconv.Atoi(string(value))
		if err != nil {
			return fmt.Errorf("level %q: %w", value, errDetail)
		}
		d.Level = n
	case "self":
		d.Self = string(value)
	case "for":
		d.For = string(value)
	case "session":
		d.Session = string(value)
	case "subject":
		d.Subject = string(value)
	case "purpose":
		d.Purpose = string(value)
	case "basis":
		d.Basis = string(value)
	case "field":
		d.Fields = append(d.Fields, string(value))
	}
	return nil
}
