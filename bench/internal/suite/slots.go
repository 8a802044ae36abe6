package suite

import "tongban/bench/internal/fixture"

// compiled is the limit of guide/eval40: the conditions by hand as flat code over slots, sets as bit
// masks. It knows nothing but full answers.
type compiled struct {
	ops  []operation
	ends []uint16
	slot map[string]int
	code map[string]map[string]int
}

type operation struct {
	slot uint8
	kind uint8
	num  int32
	mask uint64
}

const (
	atLeast uint8 = iota
	below
	among
)

type slots [32]int32

func compileSlots(w fixture.Rules) *compiled {
	c := &compiled{slot: map[string]int{}, code: map[string]map[string]int{}}
	for name, options := range fixture.Options {
		c.code[name] = map[string]int{}
		for i, o := range options {
			c.code[name][o] = i
		}
	}
	for _, r := range w.Rules {
		for _, p := range r.All {
			if _, ok := c.slot[p.Attr]; !ok {
				c.slot[p.Attr] = len(c.slot)
			}
			o := operation{slot: uint8(c.slot[p.Attr]), kind: among}
			switch p.Op {
			case "ge":
				o.kind, o.num = atLeast, int32(p.Val.(int))
			case "lt":
				o.kind, o.num = below, int32(p.Val.(int))
			case "eq":
				o.mask = 1 << c.code[p.Attr][p.Val.(string)]
			case "ne":
				o.mask = ^(uint64(1) << c.code[p.Attr][p.Val.(string)])
			case "true":
				o.mask = 2
			case "false":
				o.mask = 1
			default:
				for _, v := range p.Val.([]string) {
					o.mask |= 1 << c.code[p.Attr][v]
				}
			}
			c.ops = append(c.ops, o)
		}
		c.ends = append(c.ends, uint16(len(c.ops)))
	}
	return c
}

func (c *compiled) fill(p fixture.Person) (s slots) {
	for name, i := range c.slot {
		switch v := p[name].(type) {
		case int:
			s[i] = int32(v)
		case bool:
			if v {
				s[i] = 1
			}
		case string:
			s[i] = int32(c.code[name][v])
		}
	}
	return s
}

func (c *compiled) eval(s *slots) (hits uint64) {
	i := uint16(0)
	for r, end := range c.ends {
		ok := true
		for ; i < end; i++ {
			o := &c.ops[i]
			v := s[o.slot&31]
			switch o.kind {
			case atLeast:
				ok = v >= o.num
			case below:
				ok = v < o.num
			default:
				ok = o.mask>>(uint(v)&63)&1 == 1
			}
			if !ok {
				i = end
				break
			}
		}
		if ok {
			hits |= 1 << r
		}
	}
	return hits
}
