package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

// Two callers take two rows in opposite order. PostgreSQL ends one of them, which is to be tried again.
func TestWriteAgain(t *testing.T) {
	t.Parallel()
	s := dbtest.Postgres(t, tables...)
	put(t, s, "a")
	put(t, s, "b")
	ctx := t.Context()
	var both, wg sync.WaitGroup
	both.Add(2)
	var tries, called [2]int
	for i, order := range [2][2]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			err := s.Write(ctx, func(tx *db.Tx) error {
				tries[i]++
				tx.AfterCommit(func() { called[i]++ })
				if _, err := tx.ExecContext(ctx, "SET LOCAL deadlock_timeout = '10ms'"); err != nil {
					return err
				}
				for part, id := range order {
					if _, err := tx.ExecContext(ctx, "UPDATE toy_box SET label = $1 WHERE id = $2", fmt.Sprint(i, id), id); err != nil {
						return err
					}
					if part == 0 && tries[i] == 1 {
						both.Done()
						both.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	if tries[0]+tries[1] < 3 {
		t.Errorf("tries %v, want one of them tried again", tries)
	}
	if called != [2]int{1, 1} {
		t.Errorf("AfterCommit called %v times, want once each", called)
	}
}

func TestWriteGivesUp(t *testing.T) {
	t.Parallel()
	s := dbtest.Postgres(t, tables...)
	clash := &pgconn.PgError{Code: "40001"}
	t.Run("after some tries", func(t *testing.T) {
		tries := 0
		err := s.Write(t.Context(), func(*db.Tx) error { tries++; return fmt.Errorf("update: %w", clash) })
		if !errors.Is(err, clash) || tries != 8 {
			t.Errorf("Write() = %v after %d tries; want the clash after 8", err, tries)
		}
	})
	t.Run("when the caller does", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Write(ctx, func(*db.Tx) error { cancel(); return clash })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Write() = %v, want %v", err, context.Canceled)
		}
	})
}
