package paper

import (
	"time"

	"tongban/internal/platform/lang"
)

// Certificate is the view of an e-certificate: what is certified, of whom, by whom, until when, and how
// anybody can check it. All texts come from the caller.
type Certificate struct {
	Lang     lang.Lang
	Title    string
	Subtitle string // the title in the other language
	Rows     []Row  // number, holder, fields, validity, in this order
	Issuer   string
	Issued   string // day in words
	Verify   string // address at which anybody checks it; drawn as a code and written out
	How      string // one sentence on how to check
	Proof    []Row  // identifier and entry in the log, in small type
	Real     bool   // sealed by a licensed provider
	Made     time.Time
}

const (
	frameOut = 11 * mm
	frameIn  = 13 * mm
	border   = "0.1 0.3 0.45"
)

// Certificate makes a certificate. It is one page unless its fields need more.
func (p *Printer) Certificate(d Certificate) ([]byte, error) {
	fonts, err := p.open()
	if err != nil {
		return nil, err
	}
	s := newSheet(fonts)
	seal := Seal{Owner: d.Issuer, Date: d.Issued, Real: d.Real}
	s.y = 26 * mm
	title := style{size: 26, colour: black, strong: true}
	s.tagged(s.page(), s.root.child("H1"), func() {
		s.y = s.centred(s.page(), pageWidth/2, s.y, title, s.wrap(d.Title, title.size, textWidth))
	})
	if d.Subtitle != "" {
		st := style{size: 13, colour: grey}
		s.tagged(s.page(), s.root.child("P"), func() {
			s.y = s.centred(s.page(), pageWidth/2, s.y, st, s.wrap(d.Subtitle, st.size, textWidth))
		})
	}
	s.y += 8 * mm
	s.rows(s.root, margin, textWidth, d.Rows)

	// What belongs to the check stands at the foot of the last page.
	const codeSide = 34 * mm
	how := s.wrap(d.How, small.size, 75*mm)
	address := s.wrap(d.Verify, small.size, 75*mm)
	check := codeSide + 3*mm + float64(len(how)+len(address))*small.size*leading
	proof := 0.0
	for _, r := range d.Proof {
		proof += float64(len(s.wrap(r.Label+"  "+r.Value, small.size, textWidth))) * small.size * leading
	}
	need := check + 4*mm + proof
	s.y += 8 * mm
	s.room(need)
	s.y = max(s.y, footTop-4*mm-need)
	top := s.y
	if seal.Owner != "" {
		s.sign(seal, pageWidth-margin, top)
	}
	c := s.page()
	if d.Verify != "" {
		figure := s.root.child("Figure")
		figure.alt = d.Verify
		s.tagged(c, figure, func() { s.code(c, margin, top, codeSide, d.Verify) })
		s.tagged(c, s.root.child("P"), func() {
			y := s.lines(c, margin, top+codeSide+3*mm, small, how)
			s.lines(c, margin, y, small, address)
		})
	}
	s.y = top + check + 4*mm
	for _, r := range d.Proof {
		s.flow(s.root.child("P"), margin, textWidth, small, r.Label+"  "+r.Value)
	}

	s.foot = func(s *sheet, c *canvas, i int) {
		s.artifact(c, func() {
			c.frame(frameOut, frameOut, pageWidth-2*frameOut, pageHeight-2*frameOut, border, 1.8)
			c.frame(frameIn, frameIn, pageWidth-2*frameIn, pageHeight-2*frameIn, border, 0.6)
			c.rule(margin, footTop, pageWidth-margin, line, 0.5)
			if seal.demonstration() {
				s.lines(c, margin, footTop+1.5*mm, style{size: small.size, colour: red}, []string{DemonstrationMark})
			}
			s.pageNumber(c, i)
		})
	}
	return s.finish(meta{d.Title, d.Lang, d.Made})
}
