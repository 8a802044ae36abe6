package catalogue_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"tongban/internal/platform/db"
	"tongban/internal/platform/fault"
	"tongban/internal/service/catalogue"
	"tongban/internal/testkit/dbtest"
)

func TestEditions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Migrations{{Package: "catalogue", Files: catalogue.Schema}}, func(t *testing.T, s *db.Store) {
		ctx, at := context.Background(), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		reads := 0
		open := func() *catalogue.Editions {
			return catalogue.NewEditions(s, func(text []byte) (*catalogue.Service, error) {
				reads++
				return &catalogue.Service{ID: string(text)}, nil
			})
		}
		name := func(text string) string {
			sum := sha256.Sum256([]byte(text))
			return hex.EncodeToString(sum[:])
		}
		first, edition := open(), name("newborn")
		for range 2 { // what is there stays
			if err := first.Keep(ctx, edition, func() []byte { return []byte("newborn") }, &catalogue.Service{ID: "newborn"}, at); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := first.Find(ctx, edition); err != nil || got.ID != "newborn" || reads != 0 {
			t.Errorf("the edition in force is %v after %d readings, %v", got, reads, err)
		}
		later := open()
		for range 2 {
			if got, err := later.Find(ctx, edition); err != nil || got.ID != "newborn" {
				t.Errorf("the kept edition is %v, %v", got, err)
			}
		}
		if reads != 1 {
			t.Errorf("read %d times, want once", reads)
		}
		if _, err := later.Find(ctx, name("none")); !fault.Is(err, fault.NotFound) {
			t.Errorf("an edition that is none: %v", err)
		}
		err := s.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE catalogue_edition SET content = 'changed'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := open().Find(ctx, edition); err == nil {
			t.Errorf("an edition that was changed is read as %v", got)
		}
	})
}
