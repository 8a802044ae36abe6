package search_test

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"tongban/internal/platform/lang"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/jurisdiction"
	"tongban/internal/service/search"
)

// large is a city of n services with one matter, so of 2n documents, each with a name, a summary of about a hundred characters and keywords.
// They are made of the words of real matters, so that pairs are about as common as in a real catalogue.
func large(shifan *jurisdiction.City, n int) *jurisdiction.City {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of []string) string { return of[r.IntN(len(of))] }
	objects := []string{"食品", "药品", "医疗器械", "道路运输", "危险化学品", "建筑施工", "房屋租赁", "不动产", "户口", "居住证", "社会保险", "养老保险", "医疗保险", "住房公积金", "公共场所卫生", "消防安全", "烟草专卖", "出版物", "印刷", "民办学校", "教师资格", "律师执业", "公证", "土地使用", "采矿", "取水", "排污", "林木采伐", "动物防疫", "种子", "农药", "兽药", "渔业捕捞", "船员", "特种设备", "计量器具", "价格", "外国人工作", "护照", "机动车", "驾驶证", "残疾人", "老年人", "儿童", "低保", "临时救助", "殡葬", "婚姻", "收养", "社会团体", "宗教活动", "文物", "营业性演出", "旅行社", "体育场所", "广播电视", "无线电", "快递业务", "电力", "燃气", "供水"}
	kinds := []string{"经营", "生产", "使用", "从业", "设立", "运输", "销售", "检验", "培训", "服务", "管理", "安全"}
	acts := []string{"许可", "备案", "登记", "变更", "注销", "延续", "补领", "换证", "申领", "核准", "认定", "审批", "核验", "公示"}
	phrases := []string{"向主管部门提出申请，", "符合条件的当场办理，", "材料齐全的五个工作日办结，", "企业和个体工商户都可以办，", "不用到现场，全程网上办，", "结果会寄给你或者发电子证照，", "对决定不服的可以申请行政复议，", "需要现场核查的另行通知时间，", "本人或者委托别人都可以办，", "政府已经有的材料不用再交，"}
	english := []string{"licence", "permit", "registration", "change", "renewal", "filing", "business", "person", "safety", "transport", "health", "school"}
	c := &jurisdiction.City{Law: shifan.Law, Org: shifan.Org, Topics: shifan.Topics, Synonyms: shifan.Synonyms, Services: map[string]*jurisdiction.Entry{}}
	bodies := shifan.Org.Bodies()
	for i := range n {
		name := pick(objects) + pick(kinds) + pick(acts)
		s := &catalogue.Service{
			ID: fmt.Sprintf("service-%05d", i), Audience: []catalogue.Audience{catalogue.ForPerson, catalogue.ForBusiness}[r.IntN(2)],
			Name:     lang.Text{ZH: name, EN: pick(english) + " " + pick(english)},
			Summary:  lang.Text{ZH: pick(objects) + pick(phrases) + pick(phrases) + pick(objects) + pick(acts) + pick(phrases) + pick(phrases) + pick(phrases) + pick(phrases), EN: pick(english) + " for " + pick(english)},
			Keywords: []string{pick(objects) + pick(acts), pick(objects) + "证"},
		}
		s.Matters = []catalogue.Matter{{
			ID: "matter", Name: s.Name, Body: bodies[r.IntN(len(bodies))].ID, Topics: []string{shifan.Topics[r.IntN(len(shifan.Topics))].ID}, Visits: r.IntN(2),
		}}
		c.Services[s.ID] = &jurisdiction.Entry{Service: s}
	}
	return c
}

// BenchmarkFind is the target search/zh: at most 100 µs a query at 10,000 documents in memory, with filters
// and all counts.
func BenchmarkFind(b *testing.B) {
	x := search.New(large(city(b), 5000))
	for _, q := range []search.Query{
		{Text: "食品经营许可"}, {Text: "我想开个公共场所卫生许可要办什么手续", Audience: "business"}, {Text: "养老保险转移接续登记", Online: true}, {Text: "护照"}, {Text: "房产证过户怎么办理"},
		{Text: "食品经营许克"}, {Text: "xiaofanganquan"}, {Text: "spjyxk"}, {Text: "busines licence"}, {Text: "how do I renew a transport permit"},
	} {
		q.Most = 20
		b.Run(q.Text, func(b *testing.B) {
			b.ReportAllocs()
			n, began := 0, processor(b)
			for b.Loop() {
				n = x.Find(q).Total
			}
			b.ReportMetric(float64((processor(b)-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(n), "found")
		})
	}
}

// processor is the time that this process has spent on processors, which a busy machine does not distort
// as it does the clock.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkNew is what a publication costs.
func BenchmarkNew(b *testing.B) {
	c := large(city(b), 5000)
	for b.Loop() {
		search.New(c)
	}
}
