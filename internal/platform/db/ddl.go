package db

import (
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"time"
)

// derived is a folder of migrations as one engine wants to read them. The files are written in
// PostgreSQL's words; see derive for what becomes of them.
type derived struct {
	fs.FS
	engine Engine
}

func (d derived) Open(name string) (fs.File, error) {
	if !strings.HasSuffix(name, ".sql") {
		return d.FS.Open(name)
	}
	text, err := fs.ReadFile(d.FS, name)
	if err != nil {
		return nil, err
	}
	out, err := derive(d.engine, string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &memFile{name: name, Reader: strings.NewReader(out), size: int64(len(out))}, nil
}

var (
	token       = regexp.MustCompile(`\w+|[^\w\s]`)
	notColumn   = regexp.MustCompile(`(?i)^(AS|COLUMN|ADD|\W|)$`) // what stands before TEXT when TEXT is no column's type
	bigint      = regexp.MustCompile(`(?i)\bBIGINT\b`)
	bytea       = regexp.MustCompile(`(?i)\bBYTEA\b`)
	createTable = regexp.MustCompile(`(?i)\bCREATE\s+TABLE\b`)
	deferrable  = regexp.MustCompile(`(?i)\bDEFERRABLE\b`)
)

// derive rewrites a migration for an engine.
//
// SQLite: BIGINT becomes INTEGER and BYTEA becomes BLOB; tables are made STRICT, so that a value of the
// wrong type is refused as PostgreSQL refuses it (https://www.sqlite.org/stricttables.html).
// PostgreSQL: text columns compare by byte (COLLATE "C"), as SQLite compares, whatever the language of
// the server; keyset paging depends on it.
//
// A reference that is checked only at the commit (DEFERRABLE) would let one caller's mistake fail the
// commit of all who share it on SQLite, so there is none.
func derive(engine Engine, text string) (string, error) {
	var out strings.Builder
	depth, table := 0, false // inside parentheses; inside a CREATE TABLE
	before := ""             // the latest token
	for _, p := range split(text) {
		if !p.code {
			out.WriteString(p.text)
			if p.text[0] == '"' {
				before = "name"
			}
			continue
		}
		if deferrable.MatchString(p.text) {
			return "", fmt.Errorf("DEFERRABLE is not allowed; check the reference at once")
		}
		if engine == Postgres {
			at := 0
			for _, t := range token.FindAllStringIndex(p.text, -1) {
				word := p.text[t[0]:t[1]]
				if strings.EqualFold(word, "TEXT") && !notColumn.MatchString(before) {
					out.WriteString(p.text[at:t[1]] + ` COLLATE "C"`)
					at = t[1]
				}
				before = word
			}
			out.WriteString(p.text[at:])
			continue
		}
		code := bytea.ReplaceAllString(bigint.ReplaceAllString(p.text, "INTEGER"), "BLOB")
		starts := createTable.FindAllStringIndex(code, -1)
		for i, r := range code {
			if len(starts) > 0 && i == starts[0][0] {
				table, starts = true, starts[1:]
			}
			switch r {
			case '(':
				depth++
			case ')':
				depth--
			case ';':
				if table && depth == 0 {
					out.WriteString(" STRICT")
					table = false
				}
			}
			out.WriteRune(r)
		}
	}
	return out.String(), nil
}

type piece struct {
	text string
	code bool // neither a comment nor a quoted text
}

// split cuts SQL into code and what is not code.
func split(s string) []piece {
	var out []piece
	start := 0
	cut := func(i int, code bool) {
		if i > start {
			out = append(out, piece{s[start:i], code})
		}
		start = i
	}
	for i := 0; i < len(s); {
		end := 0
		switch {
		case strings.HasPrefix(s[i:], "--"):
			end = until(s, i, "\n")
		case strings.HasPrefix(s[i:], "/*"):
			end = until(s, i+2, "*/")
		case s[i] == '\'':
			end = until(s, i+1, "'")
		case s[i] == '"':
			end = until(s, i+1, `"`)
		default:
			i++
			continue
		}
		cut(i, true)
		cut(end, false)
		i = end
	}
	cut(len(s), true)
	return out
}

func until(s string, from int, mark string) int {
	if j := strings.Index(s[from:], mark); j >= 0 {
		return from + j + len(mark)
	}
	return len(s)
}

// memFile is a derived migration, read as a file.
type memFile struct {
	*strings.Reader
	name string
	size int64
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *memFile) Close() error               { return nil }
func (f *memFile) Name() string               { return f.name }
func (f *memFile) Size() int64                { return f.size }
func (f *memFile) Mode() fs.FileMode          { return 0o444 }
func (f *memFile) ModTime() time.Time         { return time.Time{} }
func (f *memFile) IsDir() bool                { return false }
func (f *memFile) Sys() any                   { return nil }

var _ io.Reader = (*memFile)(nil)
