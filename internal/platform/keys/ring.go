package keys

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"
)

// Use says what a key is for.
type Use string

// The uses. There is one key in use of each; those before it are kept for what was made with them.
const (
	LogUse  Use = "log"  // Ed25519; signs checkpoints of the log
	SealUse Use = "seal" // P-256; seals certificates
	MacUse  Use = "mac"  // 256 bits; pseudonyms, peppers and codes, one derived key for each purpose
	DataUse Use = "data" // 256 bits; encrypts details at rest
)

var uses = []Use{LogUse, SealUse, MacUse, DataUse}

// The algorithms, as written into the ring and into signatures.
const (
	ed25519Note = "ed25519-note"
	// P256 is the algorithm of the built-in seal.
	P256    = "ecdsa-p256-sha256"
	hmacSHA = "hmac-sha256"
	xaes    = "xaes-256-gcm"
)

// DefaultOrigin names the log of an installation that was given no name of its own.
const DefaultOrigin = "localhost/tongban/log"

// Config says where the ring is.
type Config struct {
	Dir string // a folder of its own, mode 0700

	// Origin names the log in its checkpoints and keys: its URL without the scheme
	// (c2sp.org/tlog-checkpoint). It is set at the first start; later it may be left out, and a
	// different one is refused, because receipts name it.
	Origin string

	// Existing says that there is data already, so that a ring that is missing was lost and is not to
	// be made.
	Existing bool
}

// Ring holds the keys of one installation. It does not change; Rotate makes another.
type Ring struct {
	log   []note.Verifier // the one in use first
	vkeys []string        // the same, as text
	sign  note.Signer
	seal  *Seal
	mac   []byte
	macs  sync.Map // purpose → derived key
	data  []*Box   // by generation, from 1
}

// ErrLost is returned when the ring is missing beside existing data.
var ErrLost = errors.New("the keys are missing, and there is data that was written with them; restore them from the backup")

// Open reads the ring, or makes it when the folder holds none.
func Open(ctx context.Context, c Config) (*Ring, error) {
	if c.Dir == "" {
		return nil, errors.New("open keys: no folder is given")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := filepath.Join(c.Dir, fileName)
	f, err := readFile(path)
	if errors.Is(err, os.ErrNotExist) && c.Existing {
		return nil, fmt.Errorf("open keys: %s: %w", path, ErrLost)
	}
	if errors.Is(err, os.ErrNotExist) {
		if f, err = firstRing(c); err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
		if err = create(path, f); err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
		f, err = readFile(path) // another process may have been quicker; what is on the disk counts
	}
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	r, err := f.ring()
	if err != nil {
		return nil, fmt.Errorf("open keys: %s: %w", path, err)
	}
	if c.Origin != "" && c.Origin != r.sign.Name() {
		return nil, fmt.Errorf("open keys: %s belongs to the log %q and not to %q; name the log as before, since its receipts carry the name", path, r.sign.Name(), c.Origin)
	}
	return r, nil
}

// Rotate puts a new key to use and returns the ring that has it. The old key stays for what was made with
// it: a verification key for signatures, the secret itself for data. A running server takes the new key
// at its next start.
//
// The key of pseudonyms is not rotated: pseudonyms are looked up by it, and what they stand for is not
// kept anywhere to make them anew.
func Rotate(ctx context.Context, c Config, use Use) (*Ring, error) {
	if use == MacUse {
		return nil, errors.New("rotate keys: the mac key names what is already stored and stays")
	}
	c.Existing = true // a ring that was just made needs no other key
	if _, err := Open(ctx, c); err != nil {
		return nil, err
	}
	path := filepath.Join(c.Dir, fileName)
	f, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("rotate keys: %w", err)
	}
	origin, n := "", 1
	for i := range f.Keys {
		k := &f.Keys[i]
		if k.Use == LogUse {
			origin, _, _ = strings.Cut(k.Public, "+")
		}
		if k.Use != use {
			continue
		}
		n++
		if use == LogUse || use == SealUse {
			k.Secret = "" // nobody signs with it again
		}
	}
	k, err := newKey(use, n, origin)
	if err != nil {
		return nil, fmt.Errorf("rotate keys: %w", err)
	}
	f.Keys = append(f.Keys, k)
	if err := replace(path, f); err != nil {
		return nil, fmt.Errorf("rotate keys: %w", err)
	}
	return Open(ctx, c)
}

// LogSigner signs checkpoints; its name is the log's origin.
func (r *Ring) LogSigner() note.Signer { return r.sign }

// LogVerifier is the public key of the log in use, as anybody's verifier reads it.
func (r *Ring) LogVerifier() string { return r.vkeys[0] }

// LogVerifierKeys are all public keys under which the log has signed, the one in use first.
func (r *Ring) LogVerifierKeys() []string { return r.vkeys }

// LogVerifiers knows all keys under which the log has signed.
func (r *Ring) LogVerifiers() note.Verifiers { return note.VerifierList(r.log...) }

// Seal seals certificates.
func (r *Ring) Seal() *Seal { return r.seal }

// Mac is a keyed code of b, for pseudonyms, peppers and integrity. Codes of different purposes have
// nothing to do with each other.
func (r *Ring) Mac(purpose string, b []byte) []byte {
	key, ok := r.macs.Load(purpose)
	if !ok {
		k, err := hkdf.Key(sha256.New, r.mac, nil, "tongban mac "+purpose, sha256.Size)
		if err != nil {
			panic(err) // the length is a constant that HKDF allows
		}
		key, _ = r.macs.LoadOrStore(purpose, k)
	}
	h := hmac.New(sha256.New, key.([]byte))
	h.Write(b)
	return h.Sum(nil)
}

// Encrypt hides plain in such a way that it is read again only at the same place.
func (r *Ring) Encrypt(at Place, plain []byte) []byte {
	n := len(r.data)
	out := make([]byte, 3, 3+boxOverhead+len(plain))
	out[0], out[1], out[2] = 1, byte(n>>8), byte(n)
	return r.data[n-1].seal(out, at, plain)
}

// Decrypt reads what Encrypt has hidden there, also under a key that has been replaced since.
func (r *Ring) Decrypt(at Place, hidden []byte) ([]byte, error) {
	if len(hidden) < 3 || hidden[0] != 1 {
		return nil, ErrUnreadable
	}
	n := int(hidden[1])<<8 | int(hidden[2])
	if n < 1 || n > len(r.data) {
		return nil, ErrUnreadable
	}
	return r.data[n-1].Decrypt(at, hidden[3:])
}

func firstRing(c Config) (*file, error) {
	origin := c.Origin
	if origin == "" {
		origin = DefaultOrigin
	}
	f := &file{Format: format}
	for _, use := range uses {
		k, err := newKey(use, 1, origin)
		if err != nil {
			return nil, err
		}
		f.Keys = append(f.Keys, k)
	}
	return f, nil
}

func newKey(use Use, n int, origin string) (key, error) {
	k := key{ID: fmt.Sprintf("%s-%d", use, n), Use: use}
	var err error
	switch use {
	case LogUse:
		k.Algorithm = ed25519Note
		k.Secret, k.Public, err = note.GenerateKey(rand.Reader, origin)
		if err != nil {
			return key{}, err
		}
		if _, err = note.NewVerifier(k.Public); err != nil {
			return key{}, fmt.Errorf("%q cannot name a log; use its URL without the scheme, without spaces and +", origin)
		}
		return k, nil
	case SealUse:
		k.Algorithm, k.Demo = P256, true
		secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return key{}, err
		}
		priv, err := x509.MarshalPKCS8PrivateKey(secret)
		if err != nil {
			return key{}, err
		}
		pub, err := x509.MarshalPKIXPublicKey(secret.Public())
		if err != nil {
			return key{}, err
		}
		k.Secret, k.Public = encode(priv), encode(pub)
		return k, nil
	case MacUse:
		k.Algorithm = hmacSHA
	case DataUse:
		k.Algorithm = xaes
	default:
		return key{}, fmt.Errorf("there is no key for %q", use)
	}
	secret := make([]byte, 32)
	rand.Read(secret) // never fails, see its documentation
	k.Secret = encode(secret)
	return k, nil
}
