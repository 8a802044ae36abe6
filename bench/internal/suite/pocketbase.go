package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"tongban/bench/internal/fixture"
)

// indexes are those of the product's tables that a submission has to keep up, as far as a collection can
// have them.
var indexes = map[string][]string{
	"casework_case":   {"CREATE UNIQUE INDEX case_key ON casework_case (key)", "CREATE UNIQUE INDEX case_number ON casework_case (number)", "CREATE UNIQUE INDEX case_draft ON casework_case (draft)", "CREATE INDEX case_applicant ON casework_case (applicant, key)", "CREATE INDEX case_subject ON casework_case (subject, key)"},
	"casework_matter": {"CREATE UNIQUE INDEX matter_key ON casework_matter (key)", "CREATE INDEX matter_case ON casework_matter (case_id, ordinal)", "CREATE INDEX matter_queue ON casework_matter (body, state, due_on, key)"},
	"casework_event":  {"CREATE UNIQUE INDEX event_key ON casework_event (key)", "CREATE INDEX event_case ON casework_event (case_id, key)"},
	"job_job":         {"CREATE UNIQUE INDEX job_key ON job_job (key)", "CREATE INDEX job_due ON job_job (due_at)"},
	"audit_entry":     {"CREATE UNIQUE INDEX entry_key ON audit_entry (key)", "CREATE INDEX entry_subject ON audit_entry (subject, key)", "CREATE INDEX entry_case ON audit_entry (case_id, key)", "CREATE INDEX entry_waiting ON audit_entry (leaf)"},
}

// column is the field that stands for a column: PocketBase has an id of its own, and NULL is left out.
func column(name string) string {
	switch name {
	case "id":
		return "key"
	case "key":
		return "job_key"
	}
	return name
}

// collections makes a collection for each table, and somebody who may write.
func (p *pocketBase) collections(ctx context.Context) error {
	const mail, word = "u@example.com", "password123"
	var admin, user struct {
		Token string `json:"token"`
	}
	if err := p.call(ctx, http.MethodPost, "/api/collections/_superusers/auth-with-password", "", map[string]string{"identity": "a@example.com", "password": "password123456"}, &admin); err != nil {
		return err
	}
	for _, t := range p.s.pattern.Tables {
		var fields []map[string]any
		for i, c := range t.Columns {
			kind := "text"
			if slices.ContainsFunc(t.Rows, func(row []fixture.PatternOf) bool { return row[i].Int != nil }) {
				kind = "number"
			}
			field := map[string]any{"name": column(c), "type": kind}
			if kind == "text" {
				field["max"] = 200_000
			}
			fields = append(fields, field)
		}
		rule := "@request.auth.id != ''"
		err := p.call(ctx, http.MethodPost, "/api/collections", admin.Token, map[string]any{
			"name": t.Name, "type": "base", "createRule": rule, "listRule": rule, "viewRule": rule, "fields": fields, "indexes": indexes[t.Name],
		}, nil)
		if err != nil {
			return fmt.Errorf("collection %s: %w", t.Name, err)
		}
	}
	settings := map[string]any{"batch": map[string]any{"enabled": true, "maxRequests": 50, "timeout": 10}, "rateLimits": map[string]any{"enabled": false}}
	if err := p.call(ctx, http.MethodPatch, "/api/settings", admin.Token, settings, nil); err != nil {
		return err
	}
	if err := p.call(ctx, http.MethodPost, "/api/collections/users/records", admin.Token, map[string]string{"email": mail, "password": word, "passwordConfirm": word}, nil); err != nil {
		return err
	}
	err := p.call(ctx, http.MethodPost, "/api/collections/users/auth-with-password", "", map[string]string{"identity": mail, "password": word}, &user)
	p.token = user.Token
	return err
}

// body is the batch that writes the rows of the i-th submission.
func (p *pocketBase) body(i int) ([]byte, error) {
	type request struct {
		Method string         `json:"method"`
		URL    string         `json:"url"`
		Body   map[string]any `json:"body"`
	}
	fill := p.s.pattern.Fills(i)
	var all []request
	for _, t := range p.s.pattern.Tables {
		for _, row := range t.Rows {
			record := make(map[string]any, len(row))
			for c, v := range row {
				switch {
				case v.Int != nil:
					record[column(t.Columns[c])] = *v.Int
				case v.Pieces != nil:
					record[column(t.Columns[c])] = v.Text(fill)
				case v.Bytes != "":
					record[column(t.Columns[c])] = v.Bytes
				}
			}
			if t.Name == "casework_case" {
				record["draft"] = fmt.Sprintf("a_%026d", i)
			}
			all = append(all, request{http.MethodPost, "/api/collections/" + t.Name + "/records", record})
		}
	}
	return json.Marshal(map[string]any{"requests": all})
}

func (p *pocketBase) count(ctx context.Context, collection string) (int, error) {
	var list struct {
		TotalItems int `json:"totalItems"`
	}
	err := p.call(ctx, http.MethodGet, "/api/collections/"+collection+"/records?perPage=1&fields=id", p.token, nil, &list)
	return list.TotalItems, err
}

func (p *pocketBase) call(ctx context.Context, method, path, token string, send, into any) error {
	var body io.Reader
	if send != nil {
		b, err := json.Marshal(send)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, p.URL+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", token)
	answer, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: status %d: %.400s", method, path, answer.StatusCode, b)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(b, into)
}
