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
	store, err := openExisting(ctx, c)
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
	store, err := openExisting(ctx, c)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return errors.Join(err, store.Close())
	}
	err = errors.Join(store.Backup(ctx, filepath.Join(to, db.FileName)), store.Close())
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

// Restore puts a backup into an empty folder and proves what was recorded. A backup that does not prove
// itself is left there for whoever has to look at it, and is an error.
func Restore(ctx context.Context, from, to string) error {
	backup := Config{Data: from}
	if err := backup.exists(); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if entries, err := os.ReadDir(to); err == nil && len(entries) > 0 {
		return fmt.Errorf("restore: %s is not empty", to)
	}
	if err := copyTree(from, to); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	report, err := Verify(ctx, Config{Data: to})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if broken := report.All(); len(broken) > 0 {
		return fmt.Errorf("restore: the backup is broken in %d places, the first: %s", len(broken), broken[0])
	}
	return nil
}

// copyTree copies a folder. What goes away meanwhile is passed over: it is an upload that was not
// complete.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
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
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
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
