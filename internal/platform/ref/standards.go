package ref

import (
	"fmt"
	"strings"
	"time"
)

// usccAlphabet is that of GB 32100: digits and capital letters without I, O, S, V and Z.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var usccWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} // powers of 3 modulo 31

// CheckUSCC reports whether s is a unified social credit identifier (统一社会信用代码, GB 32100-2015):
// 18 characters, the division code in digits, the check character right.
func CheckUSCC(s string) bool {
	if len(s) != 18 {
		return false
	}
	check, ok := usccCheck(s[:17])
	return ok && s[17] == check
}

// MakeUSCC adds the check character to the first 17 characters of an identifier.
func MakeUSCC(first17 string) string {
	check, ok := usccCheck(first17)
	if !ok {
		panic(fmt.Sprintf("ref: %q does not begin a unified social credit identifier", first17))
	}
	return first17 + string(check)
}

func usccCheck(first17 string) (check byte, ok bool) {
	if len(first17) != 17 || !digits(first17[2:8], 6) {
		return 0, false
	}
	sum := 0
	for i := range 17 {
		v := strings.IndexByte(usccAlphabet, first17[i])
		if v < 0 {
			return 0, false
		}
		sum += v * usccWeights[i]
	}
	return usccAlphabet[(31-sum%31)%31], true
}

// CheckIDNumber reports whether s is a citizen identification number (公民身份号码, GB 11643-1999): 18
// characters with a real birthday and the right check character, X in capitals.
func CheckIDNumber(s string) bool {
	if len(s) != 18 || !digits(s[:17], 17) {
		return false
	}
	if _, err := time.Parse("20060102", s[6:14]); err != nil || s[6:14] < "18000101" {
		return false
	}
	return s[17] == idCheck(s[:17])
}

// MakeIDNumber makes the number of an invented person. The region should be one that does not exist,
// such as 990100, so that no living person has it; an odd seq is a man's, an even one a woman's.
func MakeIDNumber(region, birthday string, seq int) string {
	if !digits(region, 6) || !digits(birthday, 4, 2, 2) || seq < 0 || seq > 999 {
		panic(fmt.Sprintf("ref: no number for region %q, birthday %q, sequence %d", region, birthday, seq))
	}
	s := fmt.Sprintf("%s%s%s%s%03d", region, birthday[:4], birthday[5:7], birthday[8:], seq)
	return s + string(idCheck(s))
}

func idCheck(first17 string) byte {
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(first17[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// certificateRoot is the object identifier under which China numbers electronic certificates.
const certificateRoot = "1.2.156.3005.2"

// CertificateIdentifier makes the identifier of an electronic certificate (电子证照标识, GB/T 36904-2018):
// root.type.issuer.serial.version.check. typeCode is the code of the body that defines the type and three
// digits; serial is digits and capital letters.
func CertificateIdentifier(typeCode, issuerUSCC, serial string, version int) string {
	parts := typeCode + "." + issuerUSCC + "." + serial + "." + fmt.Sprintf("%03d", version)
	check, ok := certificateCheck(parts)
	if !ok {
		panic(fmt.Sprintf("ref: no certificate identifier for %s", parts))
	}
	return certificateRoot + "." + parts + "." + string(check)
}

// CheckCertificateIdentifier reports whether s is such an identifier, with its root or, as certificates
// in circulation print it, without.
func CheckCertificateIdentifier(s string) bool {
	s = strings.TrimPrefix(s, certificateRoot+".")
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 || dot != len(s)-2 {
		return false
	}
	check, ok := certificateCheck(s[:dot])
	return ok && s[dot+1] == check
}

// certificateCheck takes type.issuer.serial.version. The older issuers' codes have fewer than 18
// characters, and serials in circulation from 9 to 32.
func certificateCheck(parts string) (check byte, ok bool) {
	var field [4]string
	rest := parts
	for i := range field {
		var more bool
		if field[i], rest, more = strings.Cut(rest, "."); more != (i < 3) {
			return 0, false
		}
	}
	issuer, serial := len(field[1]), len(field[2])
	if len(field[0]) != 21 || issuer < 6 || issuer > 18 || serial < 1 || serial > 32 || !digits(field[3], 3) {
		return 0, false
	}
	return mod37(field[0] + field[1] + field[2] + field[3])
}
