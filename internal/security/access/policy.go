package access

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	cedar "github.com/cedar-policy/cedar-go"
	cedarast "github.com/cedar-policy/cedar-go/ast"
	"github.com/cedar-policy/cedar-go/types"
	"github.com/cedar-policy/cedar-go/x/exp/ast"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/identity"
	"tongban/internal/security/law"
)

// Policy is one rule as people read it.
type Policy struct {
	ID      string
	Forbids bool     // a forbid wins over every permit
	Law     []string // provisions that it rests on, by id
	Purpose string
	Reason  lang.Text // what a refused person reads, or who asks why somebody was allowed
	Text    string    // in Cedar
	File    string
	Line    int

	ast       *ast.Policy
	conjuncts []ast.ConditionType // what must hold, one by one
}

// Policies are the rules of a jurisdiction, ready to decide.
type Policies struct {
	vocabulary *vocabulary
	all        []*Policy
	byID       map[string]*Policy
	index      map[question]*bench
}

// question is what rules are looked up by: only a handful speak of one action of one kind of actor.
type question struct {
	action Action
	kind   identity.Kind
}

// bench is the rules that can say anything about a question, and what they look at.
type bench struct {
	rules []rule
	needs needs
}

type rule struct {
	policy   *Policy
	compiled *cedar.Policy
}

// needs is what the rules of a bench look at; nothing else is built for a decision.
type needs struct {
	principal, resource, context []string
}

// Compile reads all *.cedar files of a folder and checks them: every policy type-checks strictly against
// the schema and says its id, provision, purpose and reason; every action can be done by somebody; an
// officer reads official data for a stated purpose only. With a book, every cited provision is in it.
func Compile(files fs.FS, book *law.Book) (*Policies, []strictyaml.Complaint) {
	v, err := readVocabulary()
	if err != nil {
		return nil, []strictyaml.Complaint{{File: "schema.cedarschema", What: strictyaml.Say("%v", "%v", err)}}
	}
	names, err := fs.Glob(files, "*.cedar")
	if err != nil || len(names) == 0 {
		return nil, []strictyaml.Complaint{{
			File: ".", What: strictyaml.Say("没有找到访问策略文件", "there are no policy files"),
			Remedy: strictyaml.Say("请在 policies/ 下放置 *.cedar 文件；没有策略时任何操作都会被拒绝", "put *.cedar files into policies/; without them everything is refused"),
		}}
	}
	c := checker{vocabulary: v, book: book, seen: map[string]*Policy{}}
	var all []*Policy
	var unread bool
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, []strictyaml.Complaint{{File: name, What: strictyaml.Say("无法读取：%v", "cannot be read: %v", err)}}
		}
		list, err := cedar.NewPolicyListFromBytes(name, text)
		if err != nil {
			c.unreadable(name, err)
			unread = true // what is missing below may well be in this file
			continue
		}
		for _, p := range list {
			all = append(all, c.policy(p))
		}
	}
	p := newPolicies(v, all)
	if !unread {
		c.coverage(p)
	}
	found := strictyaml.Sort(c.found)
	if strictyaml.Stops(found) {
		return nil, found
	}
	return p, found
}

func newPolicies(v *vocabulary, all []*Policy) *Policies {
	p := &Policies{vocabulary: v, all: all, byID: make(map[string]*Policy, len(all)), index: map[question]*bench{}}
	for _, one := range all {
		p.byID[one.ID] = one
	}
	for name, d := range v.actions {
		for kind := range principalTypes {
			if !d.principals[kind] {
				continue
			}
			b := &bench{}
			var looked needs
			for _, one := range all {
				if !d.applies(one.ast, kind) {
					continue
				}
				// The index has decided about the scope already; what is left to evaluate is the conditions.
				bare := &ast.Policy{
					Effect: one.ast.Effect, Principal: ast.ScopeTypeAll{}, Action: ast.ScopeTypeAll{}, Resource: ast.ScopeTypeAll{},
					Conditions: one.ast.Conditions, Position: one.ast.Position,
				}
				b.rules = append(b.rules, rule{one, cedar.NewPolicyFromAST((*cedarast.Policy)(bare))})
				looked.add(one.ast)
			}
			b.needs = looked.sorted()
			p.index[question{name, kind}] = b
		}
	}
	return p
}

func (n *needs) add(p *ast.Policy) {
	for _, c := range p.Conditions {
		ast.Inspect(ast.NewNode(c.Body), func(node ast.IsNode) bool {
			access, ok := node.(ast.NodeTypeAccess)
			if !ok {
				return true
			}
			if on, ok := access.Arg.(ast.NodeTypeVariable); ok {
				switch on.Name {
				case "principal":
					n.principal = append(n.principal, string(access.Value))
				case "resource":
					n.resource = append(n.resource, string(access.Value))
				case "context":
					n.context = append(n.context, string(access.Value))
				}
			}
			return true
		})
	}
}

func (n needs) sorted() needs {
	for _, list := range []*[]string{&n.principal, &n.resource, &n.context} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return n
}

// All lists the policies in the order of their files.
func (p *Policies) All() []Policy {
	out := make([]Policy, len(p.all))
	for i, one := range p.all {
		out[i] = *one
	}
	return out
}

// Find returns the policy with that id, so that a page can say the reason of a refusal.
func (p *Policies) Find(id string) (Policy, bool) {
	one, ok := p.byID[id]
	if !ok {
		return Policy{}, false
	}
	return *one, true
}

// Actions lists everything that can be asked.
func (p *Policies) Actions() []Action { return p.vocabulary.names() }

// checker collects what is wrong with the policies of a jurisdiction.
type checker struct {
	vocabulary *vocabulary
	book       *law.Book
	seen       map[string]*Policy
	found      []strictyaml.Complaint
}

func (c *checker) say(p *Policy, what, remedy lang.Text) {
	c.found = append(c.found, strictyaml.Complaint{File: p.File, Line: p.Line, Col: p.ast.Position.Column, What: what, Remedy: remedy})
}

var inError = regexp.MustCompile(`(\d+):(\d+)`)

func (c *checker) unreadable(name string, err error) {
	complaint := strictyaml.Complaint{File: name, What: strictyaml.Say("不是有效的 Cedar 策略：%v", "not a Cedar policy: %v", err)}
	if at := inError.FindStringSubmatch(err.Error()); at != nil {
		complaint.Line, _ = strconv.Atoi(at[1])
		complaint.Col, _ = strconv.Atoi(at[2])
	}
	c.found = append(c.found, complaint)
}

var (
	policyID  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+$`)
	purposeID = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
)

func (c *checker) policy(cp *cedar.Policy) *Policy {
	a := (*ast.Policy)(cp.AST())
	says := map[string]string{}
	for _, one := range a.Annotations {
		says[string(one.Key)] = string(one.Value)
	}
	p := &Policy{
		ID: says["id"], Forbids: a.Effect == ast.EffectForbid, Purpose: says["purpose"],
		Reason: lang.Text{ZH: says["reason"], EN: says["reason_en"]}, Text: string(cp.MarshalCedar()),
		File: path.Base(a.Position.Filename), Line: a.Position.Line, ast: a, conjuncts: conjuncts(a),
	}
	for _, id := range strings.Split(says["law"], ",") {
		if id = strings.TrimSpace(id); id != "" {
			p.Law = append(p.Law, id)
		}
	}
	for _, key := range []string{"id", "law", "purpose", "reason", "reason_en"} {
		if strings.TrimSpace(says[key]) == "" {
			c.say(p, strictyaml.Say("策略缺少注解 @%s", "the policy has no @%s", key),
				strictyaml.Say("每条策略都要写明 @id @law @purpose @reason @reason_en", "every policy says @id @law @purpose @reason @reason_en"))
		}
		delete(says, key)
	}
	for key := range says {
		c.say(p, strictyaml.Say("未知的注解 @%s", "@%s means nothing", key),
			strictyaml.Say("可用的注解：@id @law @purpose @reason @reason_en", "there are @id @law @purpose @reason @reason_en"))
	}
	if p.ID != "" && !policyID.MatchString(p.ID) {
		c.say(p, strictyaml.Say("策略编号 %q 不合规范", "the policy id %q is not well formed", p.ID),
			strictyaml.Say("用小写英文单词以点分隔，例如 case.read.own", "write lower-case words with dots, such as case.read.own"))
	}
	if first := c.seen[p.ID]; first != nil && p.ID != "" {
		c.say(p, strictyaml.Say("策略编号 %q 已在 %s:%d 使用", "the policy id %q is used already at %s:%d", p.ID, first.File, first.Line),
			strictyaml.Say("每条策略的编号唯一", "give every policy an id of its own"))
	} else {
		c.seen[p.ID] = p
	}
	if p.Purpose != "" && !purposeID.MatchString(p.Purpose) {
		c.say(p, strictyaml.Say("用途 %q 不合规范", "the purpose %q is not well formed", p.Purpose),
			strictyaml.Say("用小写英文单词，例如 casework", "write a lower-case word, such as casework"))
	}
	if c.book != nil {
		for _, id := range p.Law {
			if _, ok := c.book.Find(id); !ok {
				c.say(p, strictyaml.Say("法律依据 %q 不在 law/ 中", "the provision %q is not in law/", id),
					strictyaml.Say("引用 law/ 中已有条款的编号，或者补充该条款", "cite a provision by its id in law/, or add it there"))
			}
		}
	}
	c.scope(p)
	if err := c.vocabulary.validator.Policy(p.ID, a); err != nil {
		c.say(p, strictyaml.Say("策略与 schema 不符：%s", "the policy does not fit the schema: %s", oneLine(err)),
			strictyaml.Say("对照 internal/security/access/schema.cedarschema 修改", "see internal/security/access/schema.cedarschema"))
	}
	if len(p.conjuncts) == 0 {
		c.say(p, strictyaml.Say("策略没有条件", "the policy has no condition"),
			strictyaml.Say("写明 when { … }：无条件的许可或者禁止不能加载", "write when { … }: nothing is permitted or forbidden without a condition"))
	}
	return p
}

// scope: a rule is about kinds of actors and resources; naming one account or one case in it would be
// a privilege that nobody sees in the roles.
func (c *checker) scope(p *Policy) {
	for _, s := range []ast.IsScopeNode{p.ast.Principal, p.ast.Resource} {
		switch s.(type) {
		case ast.ScopeTypeAll, ast.ScopeTypeIs:
		default:
			c.say(p, strictyaml.Say("策略点名了某一个主体或者客体", "the policy names one particular actor or resource"),
				strictyaml.Say("只写类型，例如 principal is Officer", "name a kind only, such as principal is Officer"))
		}
	}
}

// coverage looks at the rules together.
func (c *checker) coverage(p *Policies) {
	for _, name := range p.vocabulary.names() {
		d, permitted := p.vocabulary.actions[name], false
		for kind := range principalTypes {
			if b := p.index[question{name, kind}]; b != nil {
				permitted = permitted || slices.ContainsFunc(b.rules, func(r rule) bool { return !r.policy.Forbids })
			}
		}
		if !permitted {
			c.found = append(c.found, strictyaml.Complaint{
				File: ".", What: strictyaml.Say("没有策略许可操作 %q，任何人都做不了", "no policy permits %q, so nobody can ever do it", string(name)),
				Remedy: strictyaml.Say("补充一条许可该操作的策略", "add a policy that permits it"),
			})
		}
		if !d.reads || !d.principals[identity.Officer] {
			continue
		}
		for _, r := range p.index[question{name, identity.Officer}].rules {
			if _, anybody := r.policy.ast.Principal.(ast.ScopeTypeAll); r.policy.Forbids || anybody || r.policy.demandsItsPurpose() {
				continue
			}
			c.say(r.policy, strictyaml.Say("公务人员的读取许可没有限定用途 %q", "the permit lets an officer read without demanding the purpose %q", r.policy.Purpose),
				strictyaml.Say("在条件中写明 context.purpose == %q", "add context.purpose == %q to its conditions", r.policy.Purpose))
		}
	}
}

func (p *Policy) demandsItsPurpose() bool {
	want := ast.Context().Access("purpose").Equal(ast.String(types.String(p.Purpose)))
	return slices.ContainsFunc(p.conjuncts, func(c ast.ConditionType) bool {
		return c.Condition == ast.ConditionWhen && ast.Equal(ast.NewNode(c.Body), want)
	})
}

// conjuncts takes the conditions of a policy apart into what must hold one by one.
func conjuncts(p *ast.Policy) []ast.ConditionType {
	var out []ast.ConditionType
	var split func(n ast.IsNode)
	split = func(n ast.IsNode) {
		if and, ok := n.(ast.NodeTypeAnd); ok {
			split(and.Left)
			split(and.Right)
			return
		}
		out = append(out, ast.ConditionType{Condition: ast.ConditionWhen, Body: n})
	}
	for _, c := range p.Conditions {
		if c.Condition == ast.ConditionWhen {
			split(c.Body)
			continue
		}
		out = append(out, c)
	}
	return out
}

func oneLine(err error) string {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		var parts []string
		for _, e := range many.Unwrap() {
			parts = append(parts, e.Error())
		}
		return strings.Join(parts, "; ")
	}
	return fmt.Sprint(err)
}
