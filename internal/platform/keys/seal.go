package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
)

// Signature is a seal under something. It says by which algorithm and key it was made, so that seals of
// different kinds, such as SM2 by a licensed provider, are told apart by the one who checks.
type Signature struct {
	Algorithm string `json:"algorithm"`
	Key       string `json:"key"`
	Demo      bool   `json:"demo,omitempty"` // a demonstration: without legal effect
	Value     []byte `json:"value"`
}

// SealKey is the public part of a seal. Public is a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) in DER.
type SealKey struct {
	ID        string `json:"id"`
	Algorithm string `json:"algorithm"`
	Demo      bool   `json:"demo,omitempty"`
	Public    []byte `json:"public"`
}

// Seal seals certificates and checks seals.
type Seal struct {
	sign *ecdsa.PrivateKey
	keys []SealKey // the one in use first
}

// What can be wrong with a seal.
var (
	ErrSealUnknown = errors.New("the seal was made by a key that is not ours")
	ErrSealBroken  = errors.New("the seal does not fit what it stands under")
)

// Keys are the public parts of all seals that were ever in use, the present one first.
func (s *Seal) Keys() []SealKey { return s.keys }

// Sign seals the payload. The same payload gets the same seal (RFC 6979), so that a document that is
// made again is the same document.
func (s *Seal) Sign(payload []byte) (Signature, error) {
	k := s.keys[0]
	sig := Signature{Algorithm: k.Algorithm, Key: k.ID, Demo: k.Demo}
	digest := sig.digest(payload)
	value, err := s.sign.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return Signature{}, fmt.Errorf("seal: %w", err)
	}
	sig.Value = value
	return sig, nil
}

// Verify tells whether the seal stands under exactly this payload; nil when it does.
func (s *Seal) Verify(payload []byte, sig Signature) error {
	for _, k := range s.keys {
		if k.ID == sig.Key {
			return k.Verify(payload, sig)
		}
	}
	return ErrSealUnknown
}

// Verify is for whoever has only the public key.
func (k SealKey) Verify(payload []byte, sig Signature) error {
	if sig.Key != k.ID || sig.Algorithm != k.Algorithm {
		return ErrSealUnknown
	}
	if sig.Algorithm != P256 {
		return fmt.Errorf("%w: nothing here reads %q", ErrSealUnknown, sig.Algorithm)
	}
	pub, err := x509.ParsePKIXPublicKey(k.Public)
	if err != nil {
		return fmt.Errorf("read seal key %s: %w", k.ID, err)
	}
	ec, ok := pub.(*ecdsa.PublicKey)
	if !ok {
		return fmt.Errorf("read seal key %s: it is not of an elliptic curve", k.ID)
	}
	digest := sig.digest(payload)
	if sig.Demo != k.Demo || !ecdsa.VerifyASN1(ec, digest[:], sig.Value) {
		return ErrSealBroken
	}
	return nil
}

// digest covers what the signature says of itself too, so that nobody makes a real seal out of a
// demonstration by taking away a word.
func (s Signature) digest(payload []byte) [sha256.Size]byte {
	head := "tongban seal 1\n" + s.Algorithm + "\n" + s.Key + "\n" + strconv.FormatBool(s.Demo) + "\n"
	return sha256.Sum256(append([]byte(head), payload...))
}
