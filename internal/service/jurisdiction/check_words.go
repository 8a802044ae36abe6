package jurisdiction

import (
	"regexp"
	"strings"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
)

// Words that leave open what a person must bring or fulfil are refused: 办事指南不得有“其他材料”“有关材料”等兜底条款
// (Anyang Regulations on Government Services, art. 13; Beijing Regulations on Optimizing the Business
// Environment, art. 31).
var (
	// In the name of a material no such word has a place.
	vagueChinese = regexp.MustCompile(`其他|其它|有关|相关|等`)
	vagueEnglish = regexp.MustCompile(`(?i)\b(other|relevant|related|necessary) (materials?|documents?|papers?|evidence|proofs?|certificates?)\b|\betc\b|\band so on\b`)
	// Words in which 等 does not mean "and so on".
	rank = strings.NewReplacer("等级", "", "平等", "", "高等", "", "中等", "", "初等", "", "同等", "", "等候", "", "上等", "", "等额", "")
	// In a sentence only together with what is asked for.
	openChinese = regexp.MustCompile(`(其他|其它|有关|相关|必要的?|需要的)(的|有关|相关|其他)*(材料|资料|文件|证明|证件|手续|条件)|等(有关|相关|其他)?(材料|资料|文件|证明|证件|手续)`)
	wordBan     = strictyaml.Say("（《安阳市政务服务条例》第十三条、《北京市优化营商环境条例》第三十一条）", " (Anyang Regulations on Government Services, art. 13; Beijing Regulations on Optimizing the Business Environment, art. 31)")
)

// named checks the name of a material.
func (s *service) named(at string, name lang.Text) {
	s.ban(at+".zh", vagueChinese.FindString(rank.Replace(name.ZH)), strictyaml.Say("材料名称", "the name of a material"))
	s.ban(at+".en", vagueEnglish.FindString(name.EN), strictyaml.Say("材料名称", "the name of a material"))
}

// exact checks a sentence that says what a person must bring or fulfil.
func (s *service) exact(at string, text lang.Text) {
	s.ban(at+".zh", openChinese.FindString(text.ZH), strictyaml.Say("这句话", "the sentence"))
	s.ban(at+".en", vagueEnglish.FindString(text.EN), strictyaml.Say("这句话", "the sentence"))
}

func (s *service) ban(at, word string, where lang.Text) {
	if word == "" {
		return
	}
	s.complain(s.src.Complain(at,
		strictyaml.Say("%[1]s含有兜底的说法“%[3]s”", "%[2]s contains the catch-all word %[3]q", where.ZH, where.EN, word),
		strictyaml.Say("逐一写明要哪份材料、什么条件%[1]s", "name each material and condition that is needed%[2]s", wordBan.ZH, wordBan.EN)))
}
