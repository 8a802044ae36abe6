package strictyaml

import (
	"strings"

	"tongban/internal/platform/lang"
)

// Nearest finds the candidate that somebody probably meant who wrote word: the one with the fewest
// slips of the finger (letters missing, added, changed or swapped), if they are few for its length.
func Nearest(word string, candidates []string) (string, bool) {
	best, few := "", len([]rune(word))/3+1
	for _, c := range candidates {
		d := slips(strings.ToLower(word), strings.ToLower(c))
		if d < few || (d == few && best == "" && d < len([]rune(c))) {
			best, few = c, d
		}
	}
	return best, best != ""
}

// slips is the optimal string alignment distance.
func slips(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int
	prev, row := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, make([]int, len(t)+1)
	}
	return prev[len(t)]
}

// DidYouMean is the remedy for a word that is not one of the candidates: the nearest of them, or all.
// The kind says in both languages what the candidates are: 事项, matters.
func DidYouMean(word string, candidates []string, kind lang.Text) lang.Text {
	if near, ok := Nearest(word, candidates); ok {
		return Say("是否想写 %q?", "did you mean %q?", near)
	}
	if len(candidates) == 0 {
		return Say("这里没有任何%[1]s", "there are no %[2]s here", kind.ZH, kind.EN)
	}
	const most = 24 // more names than this help nobody
	listed, more := candidates, ""
	if len(listed) > most {
		listed, more = listed[:most], " …"
	}
	return Say("可用的%[1]s:%[3]s", "the %[2]s are: %[4]s", kind.ZH, kind.EN,
		strings.Join(listed, "、")+more, strings.Join(listed, ", ")+more)
}
