package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/jurisdiction"
)

var (
	mistake = jurisdiction.Complaint{File: "services/a/service.yaml", Line: 31, Col: 9, What: strictyaml.Say("没有机构", "there is no body"),
		Remedy: strictyaml.Say("是否想写 fire?", "did you mean fire?")}
	remark = jurisdiction.Complaint{File: "calendars/2027.yaml", Line: 1, Col: 1, Warning: true, What: strictyaml.Say("没有日历", "no calendar"),
		Remedy: strictyaml.Say("加上", "add it")}
)

func TestReport(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []jurisdiction.Complaint
		lang lang.Lang
		want string
	}{
		{"nothing wrong", nil, lang.EN, "all is well\n"},
		{"nothing wrong, in Chinese", nil, lang.ZH, "没有问题\n"},
		{"a mistake", []jurisdiction.Complaint{mistake}, lang.EN, "services/a/service.yaml:31:9: there is no body; did you mean fire?\n1 mistake\n"},
		{"both", []jurisdiction.Complaint{remark, mistake, mistake}, lang.EN, "calendars/2027.yaml:1:1: warning: no calendar; add it\n" +
			"services/a/service.yaml:31:9: there is no body; did you mean fire?\nservices/a/service.yaml:31:9: there is no body; did you mean fire?\n2 mistakes, 1 warning\n"},
		{"both, in Chinese", []jurisdiction.Complaint{remark, mistake}, lang.ZH, "calendars/2027.yaml:1:1: 提醒:没有日历;加上\nservices/a/service.yaml:31:9: 没有机构;是否想写 fire?\n1 处错误,1 处提醒\n"},
		{"a warning only", []jurisdiction.Complaint{remark}, lang.ZH, "calendars/2027.yaml:1:1: 提醒:没有日历;加上\n没有错误,1 处提醒\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := report(&b, tt.in, tt.lang); err != nil || b.String() != tt.want {
				t.Errorf("report() = %q, %v, want %q", b.String(), err, tt.want)
			}
		})
	}
}

func TestReportJSON(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   []jurisdiction.Complaint
		want string
	}{
		{"nothing wrong", nil, `{"ok":true,"complaints":[]}`},
		{"a mistake", []jurisdiction.Complaint{mistake}, `{"ok":false,"complaints":[{"file":"services/a/service.yaml","line":31,"column":9,` +
			`"what":{"zh":"没有机构","en":"there is no body"},"remedy":{"zh":"是否想写 fire?","en":"did you mean fire?"}}]}`},
		{"a warning only", []jurisdiction.Complaint{remark}, `{"ok":true,"complaints":[{"file":"calendars/2027.yaml","line":1,"column":1,` +
			`"what":{"zh":"没有日历","en":"no calendar"},"remedy":{"zh":"加上","en":"add it"},"warning":true}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b, got bytes.Buffer
			if err := reportJSON(&b, tt.in, nil); err != nil {
				t.Fatal(err)
			}
			if err := json.Compact(&got, b.Bytes()); err != nil || got.String() != tt.want {
				t.Errorf("reportJSON() = %s, %v, want %s", got.String(), err, tt.want)
			}
		})
	}
}
