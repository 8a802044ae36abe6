package form

import (
	"math"
	"strconv"
	"strings"

	"tongban/internal/platform/fault"
	"tongban/internal/platform/ref"
	"tongban/internal/service/catalogue"
)

// plain removes thousands separators, and the unit if it was typed after the number.
func plain(f *catalogue.Field, s string) string {
	s = half(s)
	for _, unit := range []string{f.Unit.ZH, f.Unit.EN, "元", "¥", "￥", "CNY", "人民币"} {
		if unit = half(unit); unit != "" {
			s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, unit), unit))
		}
	}
	return strings.NewReplacer(",", "", " ", "", "，", "", "、", "").Replace(s)
}

func readInteger(f *catalogue.Field, s string) (string, *fault.Field) {
	s = plain(f, s)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		if _, err := strconv.ParseFloat(s, 64); err == nil && strings.Contains(s, ".") {
			return "", complain(f.ID, "field.integer")
		}
		return "", complain(f.ID, "field.number")
	}
	if wrong := within(f, float64(n)); wrong != nil {
		return "", wrong
	}
	return strconv.FormatInt(n, 10), nil
}

// readDecimal keeps the digits as they were typed: a measure of 86.50 square metres is not 86.5000001.
func readDecimal(f *catalogue.Field, s string) (string, *fault.Field) {
	s = plain(f, s)
	n, ok := decimal(s)
	if !ok {
		return "", complain(f.ID, "field.number")
	}
	if wrong := within(f, n); wrong != nil {
		return "", wrong
	}
	return shortest(s), nil
}

// maxMoney is the most digits before the point: hundreds of billions of yuan. A longer number is a code
// and no amount.
const maxMoney = 12

// readMoney returns yuan with two digits after the point.
func readMoney(f *catalogue.Field, s string) (string, *fault.Field) {
	s = plain(f, s)
	times := 1.0
	for suffix, factor := range map[string]float64{"万": 1e4, "亿": 1e8} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, times = rest, factor
		}
	}
	n, ok := decimal(s)
	whole, after, _ := strings.Cut(s, ".")
	if !ok || len(whole) > maxMoney {
		return "", complain(f.ID, "field.money")
	}
	if times == 1 && len(strings.TrimRight(after, "0")) > 2 {
		return "", complain(f.ID, "field.money.decimals")
	}
	if n *= times; n >= math.Pow10(maxMoney) {
		return "", complain(f.ID, "field.money")
	}
	if wrong := within(f, n); wrong != nil {
		return "", wrong
	}
	if times == 1 {
		return fixed2(s), nil
	}
	return strconv.FormatFloat(math.Round(n*100)/100, 'f', 2, 64), nil
}

// decimal reads digits with at most one point and a sign; forms such as 1e5 or 0x10 are not how people
// write a measure.
func decimal(s string) (float64, bool) {
	body := strings.TrimPrefix(s, "-")
	if body == "" || strings.Trim(body, "0123456789.") != "" || strings.Count(body, ".") > 1 || body == "." || len(body) > 18 {
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// shortest removes zeros that say nothing: 086.50 becomes 86.5.
func shortest(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, after, _ := strings.Cut(s, ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if after = strings.TrimRight(after, "0"); after != "" {
		return sign + whole + "." + after
	}
	if whole == "0" {
		sign = ""
	}
	return sign + whole
}

// fixed2 writes digits with exactly two after the point, without passing through a binary fraction.
func fixed2(s string) string {
	whole, after, _ := strings.Cut(shortest(s), ".")
	return whole + "." + (after + "00")[:2]
}

func within(f *catalogue.Field, n float64) *fault.Field {
	switch {
	case f.Least != nil && n < *f.Least:
		return complain(f.ID, "field.least", "least", strconv.FormatFloat(*f.Least, 'f', -1, 64))
	case f.Most != nil && n > *f.Most:
		return complain(f.ID, "field.most", "most", strconv.FormatFloat(*f.Most, 'f', -1, 64))
	}
	return nil
}

// readIDNumber reads a citizen identity number (GB 11643): 18 characters, the last a check character.
func readIDNumber(f *catalogue.Field, s string) (string, *fault.Field) {
	s = strings.ToUpper(digits(s))
	body := strings.TrimSuffix(s, "X")
	switch {
	case strings.Trim(body, "0123456789") != "":
		return "", complain(f.ID, "field.id.letters")
	case len(s) != 18:
		return "", complain(f.ID, "field.id.length", "length", strconv.Itoa(len(s)))
	case !ref.CheckIDNumber(s):
		return "", complain(f.ID, "field.id.check")
	}
	return s, nil
}

// readUSCC reads a unified social credit code (GB 32100).
func readUSCC(f *catalogue.Field, s string) (string, *fault.Field) {
	s = strings.ToUpper(digits(s))
	switch {
	case len(s) != 18:
		return "", complain(f.ID, "field.uscc.length", "length", strconv.Itoa(len([]rune(s))))
	case !ref.CheckUSCC(s):
		return "", complain(f.ID, "field.uscc.check")
	}
	return s, nil
}

// readPhone takes mobile and landline numbers of the mainland, and numbers of other countries with
// their +prefix; it is never the only way to reach somebody.
func readPhone(f *catalogue.Field, s string) (string, *fault.Field) {
	s = half(s)
	number := digits(s)
	for _, home := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(number, home); ok {
			number = rest
		}
	}
	if rest, ok := strings.CutPrefix(number, "+"); ok {
		if all(rest, isDigit) && len(rest) >= 7 && len(rest) <= 15 { // ITU-T E.164
			return "+" + rest, nil
		}
		return "", complain(f.ID, "field.phone")
	}
	switch {
	case !all(number, isDigit):
		return "", complain(f.ID, "field.phone")
	case len(number) == 11 && number[0] == '1' && number[1] >= '3':
		return number, nil
	case number[0] == '0' && len(number) >= 10 && len(number) <= 12, len(number) == 7, len(number) == 8:
		return number, nil
	case len(number) == 5 || len(number) == 10 && (number[0] == '4' || number[0] == '8'): // 12345, 400 and 800 numbers
		return number, nil
	case number[0] == '1':
		return "", complain(f.ID, "field.phone.length", "length", strconv.Itoa(len(number)))
	}
	return "", complain(f.ID, "field.phone")
}

// readBankCard checks the digits of a card or account with the Luhn rule (ISO/IEC 7812) where it is a
// card; accounts of businesses have other lengths and no such rule.
func readBankCard(f *catalogue.Field, s string) (string, *fault.Field) {
	s = digits(s)
	switch {
	case !all(s, isDigit):
		return "", complain(f.ID, "field.bank.digits")
	case len(s) < 9 || len(s) > 30:
		return "", complain(f.ID, "field.bank.length", "length", strconv.Itoa(len(s)))
	case len(s) == 19 && strings.HasPrefix(s, "62") && !luhn(s):
		return "", complain(f.ID, "field.bank.check")
	}
	return s, nil
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func all(s string, ok func(rune) bool) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !ok(r) })
}
