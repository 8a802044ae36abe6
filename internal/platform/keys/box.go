package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
)

// Place is where hidden bytes lie. It is bound into them: moved to another row or column, they cannot
// be read.
type Place struct{ Table, Column, Row string }

// ErrUnreadable is returned for bytes that were altered, moved, or hidden under another key.
var ErrUnreadable = errors.New("the hidden bytes cannot be read: altered, moved, or of another key")

// KeySize is the size of a box's key.
const KeySize = 32

const (
	nonceSize   = 24
	boxOverhead = nonceSize + 16
)

// Box encrypts under one key: XAES-256-GCM (https://c2sp.org/XAES-256-GCM), which is AES-256-GCM with a
// key derived for each message, so that nonces may be random however many messages there are.
type Box struct {
	block cipher.Block
	k1    [aes.BlockSize]byte // the CMAC subkey K1 (NIST SP 800-38B, 6.1)
}

// NewBox makes a box of a secret of KeySize bytes.
func NewBox(secret []byte) (*Box, error) {
	if len(secret) != KeySize {
		return nil, errors.New("the secret is not of 256 bits")
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	b := &Box{block: block}
	block.Encrypt(b.k1[:], b.k1[:])
	carry := byte(0)
	for i := len(b.k1) - 1; i >= 0; i-- {
		carry, b.k1[i] = b.k1[i]>>7, b.k1[i]<<1|carry
	}
	b.k1[len(b.k1)-1] ^= carry * 0b10000111
	return b, nil
}

// Encrypt hides plain at the place.
func (b *Box) Encrypt(at Place, plain []byte) []byte {
	return b.seal(make([]byte, 0, boxOverhead+len(plain)), at, plain)
}

// Decrypt reads what was hidden at the place.
func (b *Box) Decrypt(at Place, hidden []byte) ([]byte, error) {
	if len(hidden) < boxOverhead {
		return nil, ErrUnreadable
	}
	plain, err := b.gcm(hidden[:12]).Open(nil, hidden[12:nonceSize], hidden[nonceSize:], at.bytes())
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}

func (b *Box) seal(out []byte, at Place, plain []byte) []byte {
	var nonce [nonceSize]byte
	rand.Read(nonce[:]) // never fails, see its documentation
	out = append(out, nonce[:]...)
	return b.gcm(nonce[:12]).Seal(out, nonce[12:], plain, at.bytes())
}

// gcm derives the key of one message from the first half of its nonce.
func (b *Box) gcm(half []byte) cipher.AEAD {
	var key [2 * aes.BlockSize]byte
	for i := range 2 {
		m := key[i*aes.BlockSize:][:aes.BlockSize]
		copy(m, []byte{0, byte(i + 1), 'X', 0})
		copy(m[4:], half)
		for j := range m {
			m[j] ^= b.k1[j]
		}
		b.block.Encrypt(m, m)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the length is a constant that AES allows
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // as above
	}
	return gcm
}

// bytes writes the place so that no two places read alike: each part behind its length.
func (p Place) bytes() []byte {
	b := make([]byte, 0, 12+len(p.Table)+len(p.Column)+len(p.Row))
	for _, s := range [...]string{p.Table, p.Column, p.Row} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}
