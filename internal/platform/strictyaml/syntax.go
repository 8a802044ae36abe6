package strictyaml

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/lang"
)

// message is what we say in place of what the parser says.
type message struct {
	has          string // part of the parser's message
	what, remedy lang.Text
}

var indentation = Say("检查缩进:同一级的键左边对齐", "check the indentation: keys of one level stand below each other")

// messages are tried in order.
var messages = []message{
	{"exceeded max depth", Say("嵌套超过 %d 层", "nested more than %d levels deep", maxDepth), Say("写得平一些", "write it flatter")},
	{"mapping values are not allowed", Say("这里不能再有“键: 值”", "another \"key: value\" is not possible here"),
		Say("值里有冒号时给值加引号;否则检查缩进", "put a value that contains a colon into quotes, or check the indentation")},
	{"block sequence entries are not allowed", Say("这里不能有列表项", "a list item is not possible here"),
		Say("列表写在键的下一行", "begin the list on the line after its key")},
	{"mapping keys are not allowed", Say("这里不能有键", "a key is not possible here"), indentation},
	{"did not find expected '-' indicator", Say("列表中断了:应是以 - 开头的一项", "the list breaks off: an item that begins with - was expected"), indentation},
	{"did not find expected key", Say("应是一个键", "a key was expected"), indentation},
	{"did not find expected ',' or ']'", Say("方括号列表没有写完", "a list in brackets is not finished"),
		Say("用逗号分隔各项,并以 ] 结束;含逗号或括号的文字加引号", "separate the items by commas and end with ]; text with commas or brackets needs quotes")},
	{"did not find expected ',' or '}'", Say("花括号里的内容没有写完", "a mapping in braces is not finished"),
		Say("用逗号分隔各项,并以 } 结束;含英文逗号、冒号或括号的文字加引号", "separate the entries by commas and end with }; text with commas, colons or braces needs quotes")},
	{"did not find expected node content", Say("缺少值", "a value is missing"), Say("写上值", "write the value")},
	{"cannot start any token", Say("值不能以这个字符开头", "a value cannot begin with this character"), Say("给值加引号", "put the value into quotes")},
	{"did not find expected alphabetic or numeric", Say("值不能以 & 或 * 开头", "a value cannot begin with & or *"), Say("给值加引号", "put the value into quotes")},
	{"unexpected end of stream", Say("引号没有关上", "a quotation is not closed"), Say("补上引号", "close the quotation marks")},
	{"unexpected document indicator", Say("引号没有关上", "a quotation is not closed"), Say("补上引号", "close the quotation marks")},
	{"unknown escape character", Say("双引号里有未知的转义", "an unknown escape in double quotes"), Say("改用单引号,或把 \\ 写成 \\\\", "use single quotes, or write \\ as \\\\")},
	{"hexadecimal number", Say("转义里应是十六进制数", "the escape needs hexadecimal digits"), Say("写成 \\u4e2d 的形式", "write it like \\u4e2d")},
	{"unknown anchor", Say("别名没有对应的锚点", "an alias without its anchor"), Say("以 * 开头的值要加引号", "a value that begins with * needs quotes")},
	{"could not find expected ':'", Say("键后面缺冒号", "a key without its colon"), Say("写成“键: 值”,冒号后空一格", "write \"key: value\", with a space after the colon")},
	{"directive", Say("有 YAML 指令", "a YAML directive"), Say("删去它;以百分号开头的值加引号", "delete it; a value that begins with a percent sign needs quotes")},
	{"did not find expected <document start>", Say("内容在文档结束以后还有", "something after the end of the document"), indentation},
	{"block scalar", Say("| 或 > 后面写得不对", "what follows | or > is wrong"), Say("文字从下一行开始,并缩进", "begin the text on the next line, indented")},
	{"tag", Say("YAML 标签写得不对", "a YAML tag that cannot be read"), Say("以 ! 开头的值要加引号", "a value that begins with ! needs quotes")},
}

// syntax turns the parser's error into a complaint.
func (s *Source) syntax(err error) Complaint {
	line, col := 1, 1
	said := err.Error()
	var one *yaml.LoadError
	var many *yaml.LoadErrors
	if errors.As(err, &many) && len(many.Errors) > 0 {
		one = many.Errors[0]
	}
	if one != nil || errors.As(err, &one) {
		said = one.Message
		if one.Mark.Line > 0 {
			line, col = one.Mark.Line, max(one.Mark.Column, 1)
		}
		// Of something that was never closed, the place to look at is where it was opened.
		unclosed := strings.HasPrefix(said, "found unexpected") ||
			strings.Contains(said, "',' or") && one.Mark.Line != one.ContextMark.Line
		if unclosed && one.ContextMark.Line > 0 {
			line, col = one.ContextMark.Line, max(one.ContextMark.Column, 1)
		}
		said += " " + one.ContextMsg
	}
	for _, m := range messages {
		if strings.Contains(said, m.has) {
			return s.at(line, col, m.what, m.remedy)
		}
	}
	return s.at(line, col, Say("不是有效的 YAML(%s)", "not valid YAML (%s)", said), indentation)
}
