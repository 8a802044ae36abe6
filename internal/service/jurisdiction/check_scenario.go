package jurisdiction

import (
	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/guide"
)

// tried shows which scenarios came out otherwise than they say. A scenario that names what the service
// does not have is shown by that name alone.
func (s *service) tried(failures []guide.Failure) {
	src := s.scenarioS
	if src == nil || s.wrong(src) {
		return
	}
	var refusals []string
	for _, x := range s.def.Refusals {
		refusals = append(refusals, x.ID)
	}
	misnamed := map[int]bool{}
	for i, sc := range s.scenarios {
		at := strictyaml.Item("", i)
		for _, list := range []struct {
			key   string
			ids   []string
			among []string
			kind  lang.Text
		}{
			{"matters", sc.Matters, s.matterIDs, aMatter}, {"materials", sc.Materials, s.materials, aMaterial},
			{"upload", sc.Upload, s.materials, aMaterial}, {"refused", sc.Refused, refusals, aRefusal},
		} {
			for j, id := range list.ids {
				if !s.refer(src, strictyaml.Item(at+"."+list.key, j), id, list.among, list.kind) {
					misnamed[i] = true
				}
			}
		}
		for id := range sc.Answers {
			if s.questions[id] == nil && id != guide.Today {
				misnamed[i] = true
				s.complain(src.ComplainKey(strictyaml.Key(at+".answers", id),
					strictyaml.Say("没有问题 %q", "there is no question %q", id), strictyaml.DidYouMean(id, s.asked, aQuestion)))
			}
		}
	}
	for _, f := range failures {
		if misnamed[f.Scenario] {
			continue
		}
		s.complain(src.Complain(f.Path, lang.Text{ZH: "情景“" + f.Name.ZH + "”不符:" + f.What.ZH, EN: "scenario “" + f.Name.EN + "” comes out otherwise: " + f.What.EN},
			strictyaml.Say("改正服务,或改正这里写的结果", "mend the service, or what the scenario says must come out")))
	}
}
