package blob

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
)

// Config says where the files are.
type Config struct{ Dir string }

// Store is a folder of files, each named by the SHA-256 of its content.
type Store struct {
	root     *os.Root
	checking chan struct{} // bounds the memory and the processors that checks take
}

// incoming is the folder for files that are not complete. It is within the store, because a rename is
// atomic only within one file system.
const incoming = "incoming"

// Open opens the store, and makes the folder when it is not there yet.
func Open(c Config) (*Store, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open uploads: %w", err)
	}
	// Below a Root no name, however it came about, can lead outside.
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("open uploads: %w", err)
	}
	s := &Store{root: root, checking: make(chan struct{}, 2)}
	if err := s.makeFolders(); err != nil {
		return nil, errors.Join(fmt.Errorf("open uploads: %w", err), root.Close())
	}
	return s, nil
}

// makeFolders makes all folders and sees to it that they outlive a power cut, so that later only files
// have to.
func (s *Store) makeFolders() error {
	names := []string{incoming}
	for i := range 256 {
		names = append(names, fmt.Sprintf("%02x", i))
	}
	for _, name := range names {
		if err := s.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return s.syncDir(".")
}

// Close closes the folder.
func (s *Store) Close() error { return s.root.Close() }

// Sweep removes what uploads that were killed have left. It may be called only while nobody uploads: by
// the server, before it serves.
func (s *Store) Sweep() error {
	left, err := fs.ReadDir(s.root.FS(), incoming)
	if err != nil {
		return fmt.Errorf("sweep uploads: %w", err)
	}
	var wrong []error
	for _, f := range left {
		wrong = append(wrong, s.root.Remove(filepath.Join(incoming, f.Name())))
	}
	return errors.Join(wrong...)
}

// Rule is what an upload has to keep to.
type Rule struct {
	Accept   []string // media types; PDF, JPEG and PNG are known
	MaxBytes int64
	Name     string // as the person's device gives it
}

// File is an upload that was accepted.
type File struct {
	Hash string // SHA-256 in hexadecimal
	Name string
	Type string
	Size int64
}

// Put stores what r gives. A refusal is a fault.Invalid with a code that begins with "upload.", and
// leaves nothing behind. Nothing is promised until it returns; then the file is durable.
func (s *Store) Put(ctx context.Context, r io.Reader, rule Rule) (_ File, err error) {
	if rule.MaxBytes <= 0 || len(rule.Accept) == 0 {
		return File{}, errors.New("put upload: the rule accepts nothing")
	}
	if err := checkName(rule.Name); err != nil {
		return File{}, err
	}
	in := bufio.NewReaderSize(steady{ctx, r}, 32<<10)
	head, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return File{}, fmt.Errorf("read upload: %w", err)
	}
	if len(head) == 0 {
		return File{}, refuse("upload.empty")
	}
	k, err := kindOf(head, rule)
	if err != nil {
		return File{}, err
	}

	temp := filepath.Join(incoming, ref.NewToken())
	f, err := s.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return File{}, fmt.Errorf("put upload: %w", err)
	}
	kept := false
	defer func() {
		f.Close()
		if !kept {
			err = errors.Join(err, s.root.Remove(temp))
		}
	}()
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, hash), io.LimitReader(in, rule.MaxBytes+1))
	if err != nil {
		return File{}, fmt.Errorf("read upload: %w", err)
	}
	if size > rule.MaxBytes {
		return File{}, refuse("upload.too-big", "max", fmt.Sprintf("%.3g", float64(rule.MaxBytes)/(1<<20))) // in MB, as people know it
	}
	if err := s.check(ctx, k, f, size); err != nil {
		return File{}, err
	}
	if err := f.Sync(); err != nil {
		return File{}, fmt.Errorf("put upload: %w", err)
	}
	file := File{Hash: hex.EncodeToString(hash.Sum(nil)), Name: rule.Name, Type: k.media, Size: size}
	if err := s.keep(temp, file.Hash); err != nil {
		return File{}, fmt.Errorf("put upload: %w", err)
	}
	kept = true
	return file, nil
}

func (s *Store) check(ctx context.Context, k kind, f *os.File, size int64) error {
	select {
	case s.checking <- struct{}{}:
		defer func() { <-s.checking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return k.check(f, size)
}

// keep gives a complete file its name. The same content twice is one file; renaming it over the earlier
// one also mends that, should the disk have damaged it.
func (s *Store) keep(temp, hash string) error {
	dir, path := place(hash)
	if err := s.root.Rename(temp, path); err != nil {
		return err
	}
	return s.syncDir(dir)
}

func (s *Store) syncDir(name string) error {
	d, err := s.root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// place spreads the files over 256 folders.
func place(hash string) (dir, path string) { return hash[:2], filepath.Join(hash[:2], hash[2:]) }

// Open gives the content with that hash, having made sure that it still is that content.
func (s *Store) Open(hash string) (_ io.ReadSeekCloser, err error) {
	if b, err := hex.DecodeString(hash); err != nil || len(b) != sha256.Size || hash != hex.EncodeToString(b) {
		return nil, fault.New(fault.NotFound, "upload.not-found")
	}
	_, path := place(hash)
	f, err := s.root.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "upload.not-found")
	}
	if err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != hash {
		return nil, fmt.Errorf("open upload %s: the file is damaged, its content is %s", hash, got)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	return f, nil
}

func refuse(code string, args ...string) error { return fault.New(fault.Invalid, code, args...) }

// steady stops reading when the context ends.
type steady struct {
	ctx context.Context
	r   io.Reader
}

func (s steady) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
