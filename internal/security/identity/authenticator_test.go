package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// authenticator is a security key in software: ES256, a resident credential, user verification, no
// attestation (WebAuthn Level 3, sections 6.1 and 8.7). What it says is written byte by byte, so that
// the library that checks it is checked by something else.
type authenticator struct {
	origin  string // what the browser puts into the client data
	rpID    string
	counter uint32
	id      []byte
	handle  []byte
	key     *ecdsa.PrivateKey

	unverified bool // the person did not show who she is
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authenticator{origin: "https://city.example", rpID: "city.example", key: key, id: make([]byte, 16)}
	_, _ = rand.Read(a.id)
	return a
}

// The browser's options, as far as an authenticator needs them.
type pageOptions struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		RPID string `json:"rpId"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
		ExcludeCredentials []struct {
			ID string `json:"id"`
		} `json:"excludeCredentials"`
		Selection struct {
			ResidentKey      string `json:"residentKey"`
			UserVerification string `json:"userVerification"`
		} `json:"authenticatorSelection"`
		UserVerification string `json:"userVerification"`
	} `json:"publicKey"`
}

func parseOptions(t *testing.T, text []byte) pageOptions {
	t.Helper()
	var o pageOptions
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	if len(o.PublicKey.Challenge) < 22 {
		t.Fatalf("challenge %q is shorter than 16 bytes", o.PublicKey.Challenge)
	}
	return o
}

var b64 = base64.RawURLEncoding

func (a *authenticator) clientData(kind, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	return b
}

const (
	flagPresent  = 0x01
	flagVerified = 0x04
	flagKey      = 0x40
)

func (a *authenticator) data(flags byte, more []byte) []byte {
	if !a.unverified {
		flags |= flagVerified
	}
	sum := sha256.Sum256([]byte(a.rpID))
	out := append(sum[:], flags|flagPresent)
	out = binary.BigEndian.AppendUint32(out, a.counter)
	return append(out, more...)
}

// create makes a credential and answers as navigator.credentials.create does.
func (a *authenticator) create(t *testing.T, options []byte) []byte {
	t.Helper()
	o := parseOptions(t, options)
	if o.PublicKey.RP.ID != a.rpID || o.PublicKey.Selection.ResidentKey != "required" || o.PublicKey.Selection.UserVerification != "required" {
		t.Fatalf("options = %+v", o)
	}
	for _, known := range o.PublicKey.ExcludeCredentials {
		if known.ID == b64.EncodeToString(a.id) {
			t.Log("the site knows this authenticator already")
		}
	}
	handle, err := b64.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.handle = handle
	point, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	// COSE_Key: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
	cose := []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	cose = append(cose, point[1:33]...)
	cose = append(cose, 0x22, 0x58, 0x20)
	cose = append(cose, point[33:65]...)
	attested := make([]byte, 16) // AAGUID: none
	attested = binary.BigEndian.AppendUint16(attested, uint16(len(a.id)))
	attested = append(append(attested, a.id...), cose...)
	data := a.data(flagKey, attested)
	// {"fmt": "none", "attStmt": {}, "authData": …}
	object := []byte{0xa3, 0x63, 'f', 'm', 't', 0x64, 'n', 'o', 'n', 'e', 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0, 0x68, 'a', 'u', 't', 'h', 'D', 'a', 't', 'a'}
	object = append(object, 0x58, byte(len(data)))
	object = append(object, data...)
	return answer(t, a.id, map[string]any{
		"clientDataJSON":    b64.EncodeToString(a.clientData("webauthn.create", o.PublicKey.Challenge)),
		"attestationObject": b64.EncodeToString(object),
		"transports":        []string{"internal"},
	})
}

// get answers as navigator.credentials.get does.
func (a *authenticator) get(t *testing.T, options []byte) []byte {
	t.Helper()
	o := parseOptions(t, options)
	if o.PublicKey.RPID != a.rpID || o.PublicKey.UserVerification != "required" {
		t.Fatalf("options = %+v", o)
	}
	a.counter++
	client := a.clientData("webauthn.get", o.PublicKey.Challenge)
	data := a.data(0, nil)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte(nil), data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	return answer(t, a.id, map[string]any{
		"clientDataJSON":    b64.EncodeToString(client),
		"authenticatorData": b64.EncodeToString(data),
		"signature":         b64.EncodeToString(signature),
		"userHandle":        b64.EncodeToString(a.handle),
	})
}

func answer(t *testing.T, id []byte, response map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": b64.EncodeToString(id), "rawId": b64.EncodeToString(id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
