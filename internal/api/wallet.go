package api

import (
	"context"
	"net/url"
	"time"

	"tongban/internal/data/credential"
	"tongban/internal/platform/fault"
	"tongban/internal/platform/lang"
	"tongban/internal/security/access"
	"tongban/internal/service/deadline"
)

// CertificateSummary is a certificate in a list.
type CertificateSummary struct {
	ID     string    `json:"id"`
	Type   string    `json:"type"`
	Title  lang.Text `json:"title"`
	Number string    `json:"number"`
	Issuer lang.Text `json:"issuer"`
	Status string    `json:"status" enum:"in-force,suspended,revoked,cancelled,lapsed,withdrawn"`
	From   string    `json:"from" format:"date"`
	To     string    `json:"to,omitempty" format:"date"`
	Verify string    `json:"verify" format:"uri-reference" doc:"Where anybody may verify it"`
	Href   string    `json:"href" format:"uri-reference"`
}

// Verification is what anybody sees who has the code of a certificate.
type Verification struct {
	Valid      bool               `json:"valid" doc:"It is in force and its seal fits"`
	Type       lang.Text          `json:"title"`
	Number     string             `json:"number"`
	Identifier string             `json:"identifier" doc:"GB/T 36904"`
	Issuer     lang.Text          `json:"issuer"`
	IssuerUSCC string             `json:"issuerCode"`
	Business   string             `json:"holder,omitempty" doc:"Only of an organisation"`
	IssuedOn   string             `json:"issued" format:"date"`
	From       string             `json:"from" format:"date"`
	To         string             `json:"to,omitempty" format:"date"`
	Status     string             `json:"status" enum:"in-force,suspended,revoked,cancelled,lapsed,withdrawn"`
	Since      *time.Time         `json:"since,omitempty"`
	Replaced   bool               `json:"replaced"`
	Sealed     bool               `json:"sealed"`
	Demo       bool               `json:"demonstrationSeal"`
	Fields     []CertificateField `json:"fields"`
	Asked      time.Time          `json:"asked"`
}

// CertificateField is one field.
type CertificateField struct {
	ID    string     `json:"id"`
	Name  lang.Text  `json:"name"`
	Value string     `json:"value"`
	Text  *lang.Text `json:"text,omitempty"`
}

const (
	actReadCertificate access.Action = "certificate.read"
	actVerify          access.Action = "certificate.verify"
)

// statuses are the words for the codes of the status of a certificate.
var statuses = map[credential.Status]string{
	credential.InForce: "in-force", credential.Suspended: "suspended", credential.Revoked: "revoked", credential.Cancelled: "cancelled",
	credential.Lapsed: "lapsed", credential.Withdrawn: "withdrawn",
}

func certificatePath(id string) string { return Prefix + "/certificates/" + url.PathEscape(id) }

func (a *API) today() string { return string(deadline.Of(a.Now())) }

// verifyAddress is the page on which people verify a certificate; it stands in the QR code too.
func (a *API) verifyAddress(c credential.Certificate) string {
	return a.Origin + "/verify/" + c.VerifyCode
}

func (a *API) wallet() {
	handle(a, get("/certificates", "listCertificates", ReadWallet), func(ctx context.Context, c *call, in *Paging) (*listed[CertificateSummary], error) {
		var all []credential.Certificate
		err := a.Gate.See(ctx, c.by, func(v *access.View) error {
			if err := v.Permit(ctx, actReadCertificate, access.Resource{Kind: "certificate", Subject: c.by.Subject, Purpose: "own"}); err != nil {
				return err
			}
			var err error
			all, err = a.Credentials.OfHolder(ctx, v, c.by.Subject, in.Before, in.Limit)
			return err
		})
		if err != nil {
			return nil, err
		}
		items := make([]CertificateSummary, len(all))
		for i, one := range all {
			items[i] = CertificateSummary{
				ID: one.ID, Type: one.Type, Title: one.TypeName, Number: one.Number, Issuer: one.IssuerName, Status: statuses[one.StatusOn(a.today())], From: one.From, To: one.To,
				Verify: Prefix + "/verify/" + one.VerifyCode, Href: certificatePath(one.ID),
			}
		}
		return page(c, items, in.Limit, func(last CertificateSummary) string { return last.ID }, "before"), nil
	})
	type one struct {
		ID string `path:"id" maxLength:"64"`
	}
	handle(a, get("/certificates/{id}", "showCertificate", ReadWallet).answers("application/json", map[string]any{}), func(ctx context.Context, c *call, in *one) (*download, error) {
		var found credential.Certificate
		err := a.Gate.See(ctx, c.by, func(v *access.View) error {
			var err error
			if found, err = a.Credentials.Find(ctx, v, in.ID); err != nil {
				return err
			}
			err = v.Permit(ctx, actReadCertificate, access.Resource{Kind: "certificate", ID: found.ID, Subject: found.Holder, Purpose: "own", Case: found.Case})
			if fault.Is(err, fault.Denied) {
				return fault.Wrap(fault.NotFound, "certificate.not-found", err)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		content, err := found.JSON(a.today(), a.verifyAddress(found))
		if err != nil {
			return nil, err
		}
		return file("application/json", found.ID+".json", content), nil
	})
	type code struct {
		Code string `path:"code" maxLength:"64"`
	}
	type verified struct{ Body Verification }
	handle(a, get("/verify/{code}", "verifyCertificate", ""), func(ctx context.Context, c *call, in *code) (*verified, error) {
		var p credential.Public
		err := a.Gate.See(ctx, c.by, func(v *access.View) error {
			var err error
			if p, err = a.Credentials.ByVerifyCode(ctx, v, in.Code, a.today()); err != nil {
				return err
			}
			return v.Permit(ctx, actVerify, access.Resource{
				Kind: "certificate", ID: p.Identifier, Subject: p.About.ID(), Purpose: "verification", Attrs: map[string]any{"presented": true},
			})
		})
		if err != nil {
			return nil, err
		}
		out := Verification{
			Valid: p.Status == credential.InForce && p.Sealed, Type: p.Type, Number: p.Number, Identifier: p.Identifier, Issuer: p.Issuer, IssuerUSCC: p.IssuerUSCC,
			Business: p.Business, IssuedOn: p.IssuedOn, From: p.From, To: p.To, Status: statuses[p.Status], Since: moment(p.Since), Replaced: p.Replaced, Sealed: p.Sealed,
			Demo: p.Demo, Fields: []CertificateField{}, Asked: a.Now().UTC(),
		}
		for _, f := range p.Fields {
			out.Fields = append(out.Fields, CertificateField{f.ID, f.Name, f.Value, some(f.Text)})
		}
		return &verified{out}, nil
	})
}
