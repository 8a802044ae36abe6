package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"tongban/internal/platform/fault"
)

// price is what one guess costs.
type price struct {
	memory uint32 // KiB
	passes uint32
}

// today is the price of a guess: 19 MiB and two passes, the least that OWASP names for argon2id. It is about
// 36 ms of a core, which is why it is also the price of a sign-in.
var today = price{memory: 19 * 1024, passes: 2}

const (
	hashThreads = 1
	hashSalt    = 16
	hashLength  = 32
)

const (
	leastPassword = 8    // characters (ASVS 6.2.1)
	mostPassword  = 1024 // bytes, so that nobody buys our time with a long one
)

// hasher hashes passwords, a bounded number at a time: each takes 19 MiB and a core.
type hasher struct {
	price   price
	slots   chan struct{} // taken while hashing
	waiting chan struct{} // taken while waiting or hashing
	dummy   string        // what an unknown login is compared with
	done    atomic.Int64  // how many were hashed
}

const waitingPerSlot = 32 // at 36 ms each nobody waits for more than about a second

func newHasher(slots int, p price) *hasher {
	h := &hasher{price: p, slots: make(chan struct{}, slots), waiting: make(chan struct{}, slots*(1+waitingPerSlot))}
	var salt [hashSalt]byte
	var sum [hashLength]byte // of no password that anybody could find
	_, _ = rand.Read(salt[:])
	_, _ = rand.Read(sum[:])
	h.dummy = p.phc(salt[:], sum[:])
	return h
}

// do runs fn in a slot. When too many wait already it says so instead of letting memory and patience run
// out.
func (h *hasher) do(ctx context.Context, fn func()) error {
	select {
	case h.waiting <- struct{}{}:
	default:
		return fault.New(fault.Unavailable, "signin.busy")
	}
	defer func() { <-h.waiting }()
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	fn()
	h.done.Add(1)
	return nil
}

func (h *hasher) hash(ctx context.Context, password string) (text string, err error) {
	err = h.do(ctx, func() { text = h.price.hashed(password) })
	return text, err
}

// matches compares a password with its PHC string. With "" it takes as long and says no.
func (h *hasher) matches(ctx context.Context, password, phc string) (ok bool, err error) {
	exists := phc != ""
	if !exists {
		phc = h.dummy
	}
	p, err := readPHC(phc)
	if err != nil {
		return false, err
	}
	err = h.do(ctx, func() {
		got := argon2.IDKey(prepared(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.sum)))
		ok = subtle.ConstantTimeCompare(got, p.sum) == 1 && exists
	})
	return ok, err
}

// prepared: the same password typed on two keyboards is the same (NIST SP 800-63B, 3.1.1.2).
func prepared(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }

func (p price) hashed(password string) string {
	salt := make([]byte, hashSalt)
	_, _ = rand.Read(salt) // never fails
	return p.phc(salt, argon2.IDKey(prepared(password), salt, p.passes, p.memory, hashThreads, hashLength))
}

// phc writes a hash of this price as text.
func (p price) phc(salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, hashThreads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

type phcString struct {
	memory, passes uint32
	threads        uint8
	salt, sum      []byte
}

func readPHC(s string) (phcString, error) {
	var p phcString
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, fmt.Errorf("read password hash: not argon2id")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, fmt.Errorf("read password hash: %w", err)
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, fmt.Errorf("read password hash: %w", err)
	}
	if p.sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, fmt.Errorf("read password hash: %w", err)
	}
	if len(p.sum) < 16 || p.passes < 1 || p.threads < 1 || p.memory < 8 || p.memory > 1<<20 {
		return p, fmt.Errorf("read password hash: parameters out of range")
	}
	return p, nil
}

// weaker reports whether a hash was made at a lower price than this one.
func (p price) weaker(phc string) bool {
	was, err := readPHC(phc)
	return err == nil && (was.memory < p.memory || was.passes < p.passes)
}

// common are passwords that are long enough and tried first by everybody.
var common = strings.Fields(`
12345678 123456789 1234567890 87654321 11111111 00000000 88888888 66666666 12341234 11223344 123123123
12344321 147258369 987654321 a1234567 a12345678 abc12345 abcd1234 aa123456 aa12345678 qwer1234 1qaz2wsx
1q2w3e4r 1q2w3e4r5t qwertyui qwertyuiop asdfghjkl zaq12wsx password password1 passw0rd iloveyou
sunshine princess football baseball superman trustno1 woaini1314 woaini520 5201314520 wodemima`)

// checkPassword applies the rule for new passwords: long enough, not one that everybody tries first, not
// the login. It demands no kinds of characters and no regular change (ASVS 6.2.5 and 6.2.10; a city
// under GB/T 22239-2019 that must demand them says so in its own profile).
func checkPassword(password, login string) error {
	wrong := func(code string) error {
		return fault.Fields([]fault.Field{{Name: "password", Code: code, Args: map[string]string{"least": fmt.Sprint(leastPassword)}}})
	}
	folded := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < leastPassword:
		return wrong("password.short")
	case len(password) > mostPassword || !utf8.ValidString(password):
		return wrong("password.long")
	case folded == login || oneLetter(folded):
		return wrong("password.common")
	}
	if slices.Contains(common, folded) {
		return wrong("password.common")
	}
	return nil
}

// oneLetter: the same character over and over.
func oneLetter(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return strings.Trim(s, string(first)) == ""
}
