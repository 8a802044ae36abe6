package eligibility_test

import (
	"fmt"
	"testing"

	"tongban/internal/data/registry"
	"tongban/internal/security/access"
	"tongban/internal/security/identity"
	"tongban/internal/service/eligibility"
	"tongban/internal/testkit/rig"
)

// BenchmarkRun goes through two registers of ten thousand people; scan reads the same rows and nothing else.
func BenchmarkRun(b *testing.B) {
	const n = 10_000
	r := rig.SQLite(b)
	var records []registry.Record
	for i := range n {
		subject, receiving := fmt.Sprintf("99010019%010d", i), "true"
		if i%64 == 0 {
			receiving = "false"
		}
		records = append(records,
			registry.Record{Register: "elder-benefits", Subject: subject, Source: "demonstration", Values: map[string]string{"local": "true", "receiving": receiving}},
			registry.Record{Register: "population", Subject: subject, Source: "demonstration", Values: map[string]string{"name": "王㴋䶮", "birth_date": "1940-01-01", "status": "living"}})
	}
	r.OK(r.Gate.Do(r.Ctx(), identity.ForSystem("import"), func(tx *access.Tx) error {
		if err := tx.Permit(r.Ctx(), "register.write", access.Resource{Kind: "register", ID: "population", Purpose: "import"}); err != nil {
			return err
		}
		_, err := r.Registry.Load(r.Ctx(), tx, "elders", records)
		return err
	}))
	entry, _ := r.City().Service("old-age-benefit")
	benefit := eligibility.Benefit{Service: entry.Service, Guide: entry.Guide, Edition: entry.Edition}
	rig.Must(r.Eligibility.Run(r.Ctx(), benefit))(r)
	b.Run("run", func(b *testing.B) {
		for b.Loop() {
			rig.Must(r.Eligibility.Run(r.Ctx(), benefit))(r)
		}
	})
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			for _, register := range []string{"elder-benefits", "population"} {
				rows, err := r.Store.Read().QueryContext(r.Ctx(), `SELECT r.subject, r.version, r.vals, r.source, r.recorded_at FROM registry_record r
					WHERE r.register = $1 AND r.version = (SELECT MAX(n.version) FROM registry_record n WHERE n.register = r.register AND n.subject = r.subject)
					ORDER BY r.subject`, register)
				r.OK(err)
				for rows.Next() {
					var subject, vals, source string
					var version, at int64
					r.OK(rows.Scan(&subject, &version, &vals, &source, &at))
				}
				r.OK(rows.Close())
			}
		}
	})
}
