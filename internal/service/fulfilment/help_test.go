package fulfilment_test

import (
	"errors"

	"tongban/internal/data/credential"
	"tongban/internal/platform/fault"
	"tongban/internal/testkit/rig"
)

func asFault(err error, to **fault.Error) bool { return errors.As(err, to) }

// typesOf are the shipped types of certificates, with the fields that these stories look at.
func typesOf(r *rig.Rig) func(string) (credential.Type, bool) {
	return func(id string) (credential.Type, bool) {
		t, ok := r.City().Certificates[id]
		out := credential.Type{ID: t.ID, Code: t.Code, Name: t.Name, Issuer: t.Issuer, Years: t.Years, One: t.One, Public: t.Public}
		for _, f := range t.Fields {
			out.Fields = append(out.Fields, credential.Field{ID: f.ID, Name: f.Name})
		}
		return out, ok
	}
}
