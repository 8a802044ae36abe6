package main

import (
	"os"
	"path/filepath"
	"testing"
)

const shifan = "../../jurisdictions/shifan"

// Taking out and in says by its exit code what became of it, and writes nothing over.
func TestExportAndImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) string {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return at(name)
	}
	against := "--jurisdiction=" + shifan
	spoiled := write("spoiled.json", `[{"task_code": "1"}]`)
	table := write("table.dmn", `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d" name="d"><decisionTable><input><inputExpression><text>what</text></inputExpression></input><output name="material.structure-note"/><rule><inputEntry><text>"size"</text></inputEntry><outputEntry><text>true</text></outputEntry></rule></decisionTable></decision></definitions>`)
	collect := write("collect.dmn", `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d" name="d"><decisionTable hitPolicy="COLLECT"><input><inputExpression><text>what</text></inputExpression></input><output name="o"/><rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision></definitions>`)
	for _, step := range []struct {
		name string
		args []string
		want int
		made string // what is there afterwards
		not  string // what is not
	}{
		{"the whole out", []string{"export", shifan, "--as", "whole", "--to", at("whole.json")}, exitOK, "whole.json", ""},
		{"over a file", []string{"export", shifan, "--as", "whole", "--to", at("whole.json")}, exitBroken, "", ""},
		{"the whole in", []string{"import", at("whole.json"), "--into", at("shifan")}, exitOK, "shifan/services/newborn/service.yaml", ""},
		{"over a folder", []string{"import", at("whole.json"), "--into", at("shifan")}, exitBroken, "", ""},
		{"the whole into nothing", []string{"import", at("whole.json")}, exitBroken, "", ""},
		{"tables out", []string{"export", shifan, "--as", "csv", "--to", at("csv"), "-q"}, exitOK, "csv/material.csv", ""},
		{"tables in, unchanged", []string{"import", at("csv"), against, "--into", at("same")}, exitOK, "", "same"},
		{"what does not fit", []string{"import", spoiled, against, "--into", at("spoiled")}, exitFailed, "", "spoiled"},
		{"a decision table", []string{"import", table, against, "--service", "sign-change", "--into", at("draft")}, exitOK, "draft/services/sign-change/service.yaml", ""},
		{"a table that cannot be decided", []string{"import", collect, against, "--service", "sign-change", "--into", at("no")}, exitFailed, "", "no"},
		{"a table for no service", []string{"import", table, against}, exitBroken, "", ""},
		{"tables out and in", []string{"export", shifan, "--as", "dmn", "--service", "newborn", "--to", at("newborn.dmn")}, exitOK, "newborn.dmn", ""},
		{"conditions that are the same", []string{"import", at("newborn.dmn"), against, "--service", "newborn", "--into", at("newborn")}, exitOK, "newborn/services/newborn/service.yaml", ""},
		{"a file that is not there", []string{"import", at("none.csv"), against}, exitBroken, "", ""},
		{"no form", []string{"export", shifan}, exitUsage, "", ""},
		{"no such form", []string{"export", shifan, "--as", "xml"}, exitUsage, "", ""},
	} {
		if got := run(step.args); got != step.want {
			t.Errorf("%s: %d, want %d", step.name, got, step.want)
		}
		if _, err := os.Stat(at(step.made)); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if _, err := os.Stat(at(step.not)); step.not != "" && err == nil {
			t.Errorf("%s left %s", step.name, step.not)
		}
	}
}
