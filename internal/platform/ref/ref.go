package ref

import (
	"crypto/rand"
	"fmt"

	"github.com/google/uuid"
)

// base32 is Crockford's alphabet without I, L, O and U, which are misread. In this order it sorts as the
// numbers do.
const base32 = "0123456789abcdefghjkmnpqrstvwxyz"

// NewID makes an id such as p_01kb4b9v0sf5eb2j8x5pgd3q7t. Ids made later by the same process sort later;
// those of different processes sort by the millisecond.
func NewID(prefix string) string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // the system's source of randomness does not fail (crypto/rand)
	}
	b := make([]byte, 0, len(prefix)+1+26)
	b = append(b, prefix...)
	b = append(b, '_')
	return string(appendBase32(b, id))
}

// NewToken makes a secret of 128 random bits in 26 characters.
func NewToken() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return string(appendBase32(make([]byte, 0, 26), b))
}

// appendBase32 writes 128 bits as 26 characters, the first of which holds three bits.
func appendBase32(to []byte, b [16]byte) []byte {
	var hi, lo uint64
	for i := range 8 {
		hi = hi<<8 | uint64(b[i])
		lo = lo<<8 | uint64(b[8+i])
	}
	var out [26]byte
	for i := 25; i >= 0; i-- {
		out[i] = base32[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return append(to, out[:]...)
}

// NewNumber makes a number for people, such as 261124-7K3M9P-4: the civil day (2006-01-02), six random
// characters and a check character. There are 2^30 a day, so a clash is rare and left to a unique index.
func NewNumber(day string) string {
	if !digits(day, 4, 2, 2) {
		panic(fmt.Sprintf("ref: %q is not a day", day))
	}
	var text [12]byte
	copy(text[0:], day[2:4])
	copy(text[2:], day[5:7])
	copy(text[4:], day[8:10])
	for {
		var r [6]byte
		rand.Read(r[:])
		for i, b := range r {
			text[6+i] = upper(base32[b&31])
		}
		check, _ := mod37(string(text[:]))
		if !ambiguous(check) {
			return string(text[:6]) + "-" + string(text[6:]) + "-" + string(check)
		}
	}
}

// CheckNumber reports whether s is exactly such a number.
func CheckNumber(s string) bool {
	if len(s) != 15 || s[6] != '-' || s[13] != '-' || !digits(s[:6], 6) {
		return false
	}
	for _, i := range [...]int{7, 8, 9, 10, 11, 12, 14} {
		if ambiguous(s[i]) {
			return false
		}
	}
	check, ok := mod37(s[:6] + s[7:13])
	return ok && s[14] == check
}

// FindNumber reads a number as people write it, in lower case, with blanks or without hyphens, O for 0
// and I or L for 1, and returns it in its own spelling.
func FindNumber(s string) (string, bool) {
	var b []byte
	for i := range len(s) {
		c := upper(s[i])
		switch {
		case c == ' ' || c == '-':
			continue
		case c == 'O':
			c = '0'
		case c == 'I' || c == 'L':
			c = '1'
		}
		if b = append(b, c); len(b) > 13 {
			return "", false
		}
	}
	if len(b) != 13 {
		return "", false
	}
	n := string(b[:6]) + "-" + string(b[6:12]) + "-" + string(b[12:])
	return n, CheckNumber(n)
}

func ambiguous(c byte) bool { return c == 'I' || c == 'L' || c == 'O' || c == 'U' }

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// digits reports whether s is groups of digits of these lengths with a hyphen between them.
func digits(s string, groups ...int) bool {
	at := 0
	for g, n := range groups {
		if g > 0 {
			if at >= len(s) || s[at] != '-' {
				return false
			}
			at++
		}
		for range n {
			if at >= len(s) || s[at] < '0' || s[at] > '9' {
				return false
			}
			at++
		}
	}
	return at == len(s)
}

// mod37 computes the check character of ISO/IEC 7064 MOD 37,36; ok is false when s holds anything but
// digits and capital letters.
func mod37(s string) (check byte, ok bool) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	p := 36
	for i := range len(s) {
		c := s[i]
		v := 0
		switch {
		case '0' <= c && c <= '9':
			v = int(c - '0')
		case 'A' <= c && c <= 'Z':
			v = int(c-'A') + 10
		default:
			return 0, false
		}
		if p = (p + v) % 36; p == 0 {
			p = 36
		}
		p = p * 2 % 37
	}
	return alphabet[(37-p)%36], true
}
