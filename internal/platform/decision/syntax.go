package decision

import (
	"strings"

	"cel.dev/cel-go/common"
)

// syntaxProblem puts a complaint of CEL's parser into words, with the remedy for what people write who
// know other languages, or whose keyboard is set to Chinese.
func syntaxProblem(text string, e *common.Error) Problem {
	line, col := e.Location.Line(), max(0, e.Location.Column())
	p := Problem{Line: max(1, line), Col: col + 1, What: say("语法错误：%s", "syntax error: %s", strings.TrimPrefix(e.Message, "Syntax error: ")),
		Remedy: say(`写成 area >= 50 && kind == "hot" 这样的条件`, `write a condition such as area >= 50 && kind == "hot"`)}
	if strings.TrimSpace(text) == "" {
		p.Col, p.What, p.Remedy = 1, say("条件是空的", "the condition is empty"), say("写一个条件，或删去这个键", "write a condition, or leave the key out")
		return p
	}
	if strings.Contains(e.Message, "recursion limit") || strings.Contains(e.Message, "code point size") {
		p.Remedy = say("拆成人能读懂的问题或条件", "break it into questions or conditions that a person can read")
		return p
	}
	lines := strings.Split(text, "\n")
	if p.Line > len(lines) {
		return p
	}
	runes := []rune(lines[p.Line-1])
	at := min(col, len(runes))
	rest := strings.TrimLeft(string(runes[at:]), " \t")
	before := strings.TrimRight(string(runes[:at]), " \t")
	first, _, _ := strings.Cut(rest, " ")
	lastWord := before[strings.LastIndexAny(before, " \t()!&|")+1:]
	switch {
	case strings.ContainsAny(first, "“”‘’「」"):
		p.What, p.Remedy = say("用了中文引号", "a quotation mark of Chinese or typeset text"), say(`用直引号："hot"`, `write straight quotes: "hot"`)
	case strings.ContainsAny(first, "（），。；：！＝＞＜＆｜？【】、≥≤≠"):
		p.What, p.Remedy = say("用了全角符号", "a full-width sign"), say("用半角符号：( ) , ! == > < && || ?:", "write the ASCII sign: ( ) , ! == > < && || ?:")
	case strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "=="):
		p.What, p.Remedy = say("只有一个 =", "a single ="), say("比较写 ==", "write == to compare")
	case strings.HasPrefix(rest, "&"), strings.EqualFold(first, "and"), first == "且", first == "并且":
		p.What, p.Remedy = say("CEL 里“且”不这样写", "this is not how CEL says and"), say("写 &&", "write &&")
	case strings.HasPrefix(rest, "|"), strings.EqualFold(first, "or"), first == "或", first == "或者":
		p.What, p.Remedy = say("CEL 里“或”不这样写", "this is not how CEL says or"), say("写 ||", "write ||")
	case strings.EqualFold(lastWord, "not"):
		p.Col = len([]rune(before)) - len([]rune(lastWord)) + 1
		p.What, p.Remedy = say("CEL 里“非”不这样写", "this is not how CEL says not"), say("写 !", "write !")
	case strings.HasSuffix(before, "<") && strings.HasPrefix(rest, ">"):
		p.What, p.Remedy = say("CEL 里“不等于”不这样写", "this is not how CEL says unequal"), say("写 !=", "write !=")
	case strings.HasPrefix(e.Message, "reserved identifier"):
		p.Remedy = say("给这个问题换一个 id", "give the question another id")
	case strings.Contains(e.Message, "expected ')'"), strings.Contains(e.Message, "expected ']'"):
		p.Remedy = say("括号要成对；列表用 [ ]", "close every bracket that is opened; a list stands in [ ]")
	case strings.HasPrefix(rest, ")"), strings.HasPrefix(rest, "]"):
		p.What, p.Remedy = say("多了一个右括号", "a bracket is closed that was not opened"), say("删去它，或补上左括号", "take it out, or open it")
	case strings.Contains(e.Message, "<EOF>"):
		p.What, p.Remedy = say("条件没有写完", "the condition ends too early"), say("写完它，或删去最后的符号", "finish it, or take the last sign out")
	case strings.Contains(e.Message, "unterminated string"):
		p.What, p.Remedy = say("引号没有成对", "a text is not closed"), say(`补上引号："hot"`, `close it: "hot"`)
	case len(first) > 0 && first[0] >= 0x80:
		p.What, p.Remedy = say("名称不是英文", "a name that is not ASCII"), say("写问题的 id；中文只写在引号里", "write the id of the question, and Chinese only inside quotes")
	}
	return p
}

// Closest returns the word among those given that was probably meant, or "" when none is near: one
// change for every three letters, and at least one.
func Closest(word string, among []string) string {
	best, at := "", max(1, len([]rune(word))/3)+1
	for _, w := range among {
		if d := distance([]rune(word), []rune(w)); d < at && d < len([]rune(w)) {
			best, at = w, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or exchange with the next (optimal string
// alignment).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := range a {
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(a)][len(b)]
}
