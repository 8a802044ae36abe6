package jurisdiction

import (
	"regexp"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
)

// The calendar says its complaints in English only; designers read them in Chinese too. A phrase that is
// not in this list is a mistake that the tests of this package find.
var phrases = []struct {
	english *regexp.Regexp
	chinese string
}{
	{regexp.MustCompile(`^not a year of this calendar$`), "年份不对"},
	{regexp.MustCompile(`^write the year the notice is about, such as 2026$`), "写通知所指的年份,如 2026"},
	{regexp.MustCompile(`^there are two files for this year$`), "这一年有两个文件"},
	{regexp.MustCompile(`^keep one, with the notice in force$`), "只留一个,用现行的通知"},
	{regexp.MustCompile(`^the notice is not named$`), "没有写通知的出处"},
	{regexp.MustCompile(`^write the address of the State Council's notice$`), "写国务院通知的网址"},
	{regexp.MustCompile(`^the edition is not named$`), "没有写版本"},
	{regexp.MustCompile(`^write (\S+), and count on with every change$`), "写 $1,每改一次加一"},
	{regexp.MustCompile(`^write 02-15 or 02-15\.\.02-23$`), "写成 02-15 或 02-15..02-23"},
	{regexp.MustCompile(`^(\S+) is off already in (\S+)$`), "$1 在 $2 里已经放假"},
	{regexp.MustCompile(`^name each day once$`), "每一天只写一次"},
	{regexp.MustCompile(`^write 02-14$`), "写成 02-14"},
	{regexp.MustCompile(`^a range of make-up days$`), "调休上班日写成了一段"},
	{regexp.MustCompile(`^name each make-up day by itself$`), "调休上班日要一天一天写"},
	{regexp.MustCompile(`^(\S+) is named in (\S+) too$`), "$1 也写在 $2 里"},
	{regexp.MustCompile(`^a day is off or worked; see the notice$`), "一天不是放假就是上班,对照通知改正"},
	{regexp.MustCompile(`^(\S+) is a (\S+) and worked anyway$`), "$1 是 $2,本来就上班"},
	{regexp.MustCompile(`^name only Saturdays and Sundays; see the notice$`), "只写周六、周日,对照通知改正"},
	{regexp.MustCompile(`^("[^"]*") begins no entry of off$`), "$1 不是 off 里哪一项的第一天"},
	{regexp.MustCompile(`^use the first day of the entry as it is written there$`), "照 off 里写的第一天写"},
	{regexp.MustCompile(`^("[^"]*") is no day or range of days in (\d+) or the years beside it$`), "$1 不是 $2 年或前后一年里的一天或一段"},
	{regexp.MustCompile(`^("[^"]*") ends before it begins$`), "$1 结束早于开始"},
	{regexp.MustCompile(`^("[^"]*") is longer than any holiday$`), "$1 比任何假期都长"},
}

// translate puts a phrase of the calendar into both languages.
func translate(english string) lang.Text {
	for _, p := range phrases {
		if p.english.MatchString(english) {
			return lang.Text{ZH: p.english.ReplaceAllString(english, p.chinese), EN: english}
		}
	}
	return strictyaml.Say("日历有误(%s)", "%s", english)
}
