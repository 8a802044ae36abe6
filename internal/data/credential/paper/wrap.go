package paper

import "strings"

// No line begins with a mark that closes, none ends with one that opens (GB/T 15834-2011, 5.1; CLREQ).
const (
	closing = "，。、；：？！）》」』】〉〕〗”’…—·％℃,.;:!?)]}%"
	opening = "（《「『【〈〔〖“‘([{"
)

// wrap breaks a text into lines no wider than width, of which measure gives the width of a piece.
// Chinese breaks between any two characters but at these marks; what is written in letters breaks at
// spaces; a word that is wider than a line, such as a hash, breaks where the line ends.
func wrap(s string, width float64, measure func(string) float64) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		line, used := "", 0.0
		flush := func() {
			lines = append(lines, strings.TrimRight(line, " "))
			line, used = "", 0
		}
		for _, piece := range pieces(paragraph) {
			w := measure(piece)
			if used+measure(strings.TrimRight(piece, " ")) <= width {
				line, used = line+piece, used+w
				continue
			}
			if line != "" {
				flush()
			}
			for measure(strings.TrimRight(piece, " ")) > width {
				n := fit(piece, width, measure)
				if n == len(piece) {
					break // one character that is wider than the line
				}
				lines = append(lines, piece[:n])
				piece = piece[n:]
			}
			line, used = piece, measure(piece)
		}
		flush()
	}
	return lines
}

// fit returns how many bytes of s fit, at least one character.
func fit(s string, width float64, measure func(string) float64) int {
	used, end := 0.0, 0
	for i, r := range s {
		used += measure(string(r))
		if used > width && i > 0 {
			return i
		}
		end = i + len(string(r))
	}
	return end
}

// pieces cuts a text into what must stay together; spaces belong to what is before them.
func pieces(s string) []string {
	var all []string
	start := 0
	var before rune
	for i, r := range s {
		if i > start && mayBreak(before, r) {
			all = append(all, s[start:i])
			start = i
		}
		before = r
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}

func mayBreak(before, after rune) bool {
	switch {
	case after == ' ', strings.ContainsRune(closing, after), strings.ContainsRune(opening, before):
		return false
	case before == ' ':
		return true
	}
	return ideographic(before) || ideographic(after)
}

// ideographic: from the CJK radicals on, characters stand each for itself.
func ideographic(r rune) bool { return r >= 0x2E80 && r != 0xFEFF }
