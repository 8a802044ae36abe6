package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
)

const (
	fileName = "ring.json"
	format   = "tongban keys 1"
)

// file is the ring as it lies on the disk: one file, so that it is there as a whole or not at all.
type file struct {
	Format string `json:"format"`
	Keys   []key  `json:"keys"`
	Sum    string `json:"sum"` // SHA-256 of the file with an empty sum, to tell damage from mischief
}

type key struct {
	ID        string `json:"id"`
	Use       Use    `json:"use"`
	Algorithm string `json:"algorithm"`
	Demo      bool   `json:"demo,omitempty"`
	Public    string `json:"public,omitempty"`
	Secret    string `json:"secret,omitempty"` // empty for a signing key that has been replaced
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func decode(s string) ([]byte, error) { return base64.StdEncoding.Strict().DecodeString(s) }

func (f *file) marshal() ([]byte, error) {
	c := *f
	c.Sum = ""
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	c.Sum = hex.EncodeToString(sum[:])
	b, err = json.MarshalIndent(c, "", "  ")
	return append(b, '\n'), err
}

// damaged is what is said of a ring that cannot be trusted any more. It is not made anew.
func damaged(path, what string) error {
	return fmt.Errorf("%s is damaged: %s; restore it from the backup (new keys would not read what the old ones wrote)", path, what)
}

func readFile(path string) (*file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, damaged(path, "it is not a file")
	}
	if err := private(path, info, 0o600); err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	if info, err = os.Stat(dir); err != nil {
		return nil, err
	}
	if err := private(dir, info, 0o700); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f file
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, damaged(path, "it is no JSON of a ring")
	}
	if f.Format != format {
		return nil, damaged(path, fmt.Sprintf("its format is %q and this program knows %q", f.Format, format))
	}
	again, err := f.marshal()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, b) {
		return nil, damaged(path, "its checksum does not hold")
	}
	return &f, nil
}

func private(path string, info os.FileInfo, mode os.FileMode) error {
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return fmt.Errorf("%s is open to others (mode %04o); run chmod %o %s, and rotate the keys if others may have read them", path, info.Mode().Perm(), mode, path)
}

// ring makes the keys ready for use.
func (f *file) ring() (*Ring, error) {
	r := &Ring{seal: &Seal{}}
	for _, k := range f.Keys {
		if err := r.take(k); err != nil {
			return nil, fmt.Errorf("key %s: %w", k.ID, err)
		}
	}
	switch {
	case r.sign == nil:
		return nil, errors.New("no key signs the log")
	case r.seal.sign == nil:
		return nil, errors.New("no key seals certificates")
	case r.mac == nil:
		return nil, errors.New("no key makes pseudonyms")
	case len(r.data) == 0:
		return nil, errors.New("no key encrypts data")
	}
	return r, nil
}

func (r *Ring) take(k key) error {
	switch {
	case k.Use == LogUse && k.Algorithm == ed25519Note:
		v, err := note.NewVerifier(k.Public)
		if err != nil {
			return err
		}
		r.log = append([]note.Verifier{v}, r.log...)
		r.vkeys = append([]string{k.Public}, r.vkeys...)
		if k.Secret == "" {
			return nil
		}
		r.sign, err = note.NewSigner(k.Secret)
		if err == nil && (r.sign.Name() != v.Name() || r.sign.KeyHash() != v.KeyHash()) {
			err = errors.New("the secret and the public part are not of one key")
		}
		return err
	case k.Use == SealUse && k.Algorithm == P256:
		pub, err := decode(k.Public)
		if err != nil {
			return err
		}
		r.seal.keys = append([]SealKey{{ID: k.ID, Algorithm: k.Algorithm, Demo: k.Demo, Public: pub}}, r.seal.keys...)
		if k.Secret == "" {
			return nil
		}
		der, err := decode(k.Secret)
		if err != nil {
			return err
		}
		secret, err := x509.ParsePKCS8PrivateKey(der)
		if err != nil {
			return err
		}
		ec, ok := secret.(*ecdsa.PrivateKey)
		if !ok {
			return errors.New("the secret is not of an elliptic curve")
		}
		again, err := x509.MarshalPKIXPublicKey(ec.Public())
		if err != nil {
			return err
		}
		if !bytes.Equal(again, pub) {
			return errors.New("the secret and the public part are not of one key")
		}
		r.seal.sign = ec
		return nil
	case k.Use == MacUse && k.Algorithm == hmacSHA:
		secret, err := decode(k.Secret)
		if err == nil && len(secret) != 32 {
			err = errors.New("the secret is not of 256 bits")
		}
		r.mac = secret
		return err
	case k.Use == DataUse && k.Algorithm == xaes:
		secret, err := decode(k.Secret)
		if err != nil {
			return err
		}
		box, err := NewBox(secret)
		if err != nil {
			return err
		}
		if k.ID != fmt.Sprintf("%s-%d", DataUse, len(r.data)+1) {
			return errors.New("the data keys are out of order")
		}
		r.data = append(r.data, box)
		return nil
	}
	return fmt.Errorf("nothing is known of a key for %q with %q", k.Use, k.Algorithm)
}

// create writes the first ring. When two processes start at once, one ring wins and both read it.
func create(path string, f *file) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil { // it was there before, open to others
		return err
	}
	tmp, err := write(path, f)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// replace puts another ring in the place of the one that is there, at once and as a whole.
func replace(path string, f *file) error {
	tmp, err := write(path, f)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return syncDir(filepath.Dir(path))
}

// write puts the ring, durably, into a file of its own beside path.
func write(path string, f *file) (tmp string, err error) {
	b, err := f.marshal()
	if err != nil {
		return "", err
	}
	t, err := os.CreateTemp(filepath.Dir(path), fileName+".*.tmp") // made with mode 0600
	if err != nil {
		return "", err
	}
	_, err = t.Write(b)
	if err == nil {
		err = t.Sync()
	}
	if err = errors.Join(err, t.Close()); err != nil {
		return "", errors.Join(err, os.Remove(t.Name()))
	}
	return t.Name(), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
