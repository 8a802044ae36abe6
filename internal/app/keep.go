package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tongban/internal/platform/db"
	"tongban/internal/platform/tlog"
	"tongban/internal/security/audit"
)

// Verify checks the whole log: every row, leaf, tile and checkpoint.
func Verify(ctx context.Context, c Config) (audit.Report, error) {
	c.complete()
	store, err := open(ctx, c)
	if err != nil {
		return audit.Report{}, err
	}
	defer store.Close()
	k, err := ring(ctx, c)
	if err != nil {
		return audit.Report{}, err
	}
	tree := tlog.New(tlog.Config{Store: store, Signer: k.LogSigner(), Verifiers: k.LogVerifiers()})
	return audit.New(audit.Config{Store: store, Log: tree, Keys: k, Now: c.Now}).Verify(ctx)
}

// LogKey is the log's public key.
func LogKey(ctx context.Context, c Config) (string, error) {
	k, err := ring(ctx, c)
	if err != nil {
		return "", err
	}
	return k.LogVerifier(), nil
}

// Backup copies database, keys and uploads into a new folder, while the city goes on working. The keys
// are part of it: who has the backup can read what is encrypted.
func Backup(ctx context.Context, c Config, to string) error {
	if entries, err := os.ReadDir(to); err == nil && len(entries) > 0 {
		return fmt.Errorf("back up: %s is not empty", to)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	store, err := open(ctx, c)
	if err != nil {
		return err
	}
	err = errors.Join(store.Backup(ctx, filepath.Join(to, "tongban.db")), store.Close())
	if err != nil {
		return err
	}
	for _, part := range []string{"keys", "blobs"} {
		if err := copyTree(filepath.Join(c.Data, part), filepath.Join(to, part)); err != nil {
			return fmt.Errorf("back up %s: %w", part, err)
		}
	}
	return nil
}

// Restore puts a backup into an empty folder and checks the database.
func Restore(ctx context.Context, from, to string) error {
	if entries, err := os.ReadDir(to); err == nil && len(entries) > 0 {
		return fmt.Errorf("restore: %s is not empty", to)
	}
	if err := copyTree(from, to); err != nil {
		return err
	}
	store, err := db.Open(ctx, db.Config{Dir: to})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return store.Close()
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, os.ErrNotExist) && path == from {
				return nil
			}
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Sync(), out.Close())
}
