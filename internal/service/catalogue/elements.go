package catalogue

import "tongban/internal/platform/lang"

// Elements are what an implementation checklist (实施清单, GB/T 39554.2) says of a matter and the platform does
// not need to carry it out. What is left out is not known: nothing stands for it.
type Elements struct {
	LocalCode    string      `yaml:"local_code,omitempty"`   // basic code of the place (地方基本编码)
	ItemCode     string      `yaml:"item_code,omitempty"`    // code of the handling item (业务办理项编码)
	From         string      `yaml:"from,omitempty"`         // planned first day (计划生效日期), 2006-01-02
	Until        string      `yaml:"until,omitempty"`        // planned last day (计划取消日期), 2006-01-02
	Standing     string      `yaml:"standing,omitempty"`     // kind of the body (实施主体性质): organ, authorised, entrusted
	EntrustedBy  string      `yaml:"entrusted_by,omitempty"` // body that entrusts (委托部门)
	Power        string      `yaml:"power,omitempty"`        // where the power comes from (权力来源): own, handed-down, authorised-above, authorised-peer, entrusted
	With         []string    `yaml:"with,omitempty"`         // bodies that take part (联办机构)
	Intermediary *Outcome    `yaml:"intermediary,omitempty"` // service of an intermediary that it needs (中介服务)
	Quota        *Outcome    `yaml:"quota,omitempty"`        // limit of numbers (数量限制)
	Depth        []string    `yaml:"depth,omitempty"`        // how much of it is online (网上办理深度): consult, receive, pre-review, accept, handle, feedback, certificate
	Centre       string      `yaml:"centre,omitempty"`       // at the service centre (进驻政务大厅): yes or no, as those below
	Booking      string      `yaml:"booking,omitempty"`      // appointments (支持预约)
	Pay          string      `yaml:"pay,omitempty"`          // payment online (支持网上支付)
	Post         string      `yaml:"post,omitempty"`         // by post (支持物流快递)
	Terminal     string      `yaml:"terminal,omitempty"`     // at terminals (支持自助终端)
	Delivery     lang.Text   `yaml:"delivery,omitempty"`     // how the result is handed over (结果领取方式)
	Traffic      lang.Text   `yaml:"traffic,omitempty"`      // how to get there (交通指引)
	Rights       []Condition `yaml:"rights,omitempty"`       // of the applicant (依法享有的权利)
	Duties       []Condition `yaml:"duties,omitempty"`       // of the applicant (应履行的义务)
}

// More is what the checklist says of a matter beyond the rest; nothing when it says nothing.
func (m *Matter) More() Elements {
	if m.Elements == nil {
		return Elements{}
	}
	return *m.Elements
}

// Paper is how a material is handed in where it is no file.
type Paper struct {
	Kind   string `yaml:"kind,omitempty"`   // original, copy or both (材料类型)
	Form   string `yaml:"form,omitempty"`   // paper, electronic or both (材料形式)
	Copies int    `yaml:"copies,omitempty"` // on paper (纸质材料份数)
	Size   string `yaml:"size,omitempty"`   // of the paper, such as A4 (纸质材料规格)
}
