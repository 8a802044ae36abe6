package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/deadline"
	"tongban/internal/service/guide"
	"tongban/internal/service/jurisdiction"
)

// speak is the language of what a command prints.
type speak struct {
	Lang string `help:"输出语言。 Language of the output." enum:"zh-CN,en" default:"zh-CN" placeholder:"LANG"`
}

type check struct {
	speak
	Dir     string `arg:"" help:"辖区目录。 Folder of the jurisdiction." type:"existingdir"`
	JSON    bool   `help:"以 JSON 输出：{ok, complaints: [{file, line, column, what, remedy, warning, who}], services: [{service, situations, outcomes, shown, nodes, unshown}]}。 Print JSON of that shape." name:"json"`
	Verbose bool   `help:"说出每件事里一个没有用例的人。 Name somebody whom no scenario of a service shows." short:"v"`
}

// checkMemory is what checking should do with, so that an author's own machine checks ten thousand services
// too. It is no bound: beyond it the collector works harder.
const checkMemory = 430 << 20

func (c *check) Run() error {
	debug.SetMemoryLimit(checkMemory)
	city, complaints := jurisdiction.Load(os.DirFS(c.Dir), filepath.Base(c.Dir))
	if city != nil {
		complaints = append(complaints, city.Warnings(deadline.Of(time.Now()))...)
	}
	var err error
	extents := city.Extents()
	if c.JSON {
		err = reportJSON(os.Stdout, complaints, extents)
	} else {
		if err = reportExtents(os.Stdout, extents, c.Verbose, lang.Lang(c.Lang)); err == nil {
			err = report(os.Stdout, complaints, lang.Lang(c.Lang))
		}
	}
	if err != nil {
		return err
	}
	if strictyaml.Stops(complaints) {
		return errFound
	}
	return nil
}

type test struct {
	speak
	Dir  string `arg:"" help:"辖区目录。 Folder of the jurisdiction." type:"existingdir"`
	JSON bool   `help:"每行一个 JSON：{service, result: {passed, failures, coverage}} 或 {sample, days, failures}。 Print lines of JSON of these shapes." name:"json"`
}

func (t *test) Run() error {
	city, err := load(t.Dir, lang.Lang(t.Lang))
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	for _, id := range city.ServiceIDs() {
		entry := city.Services[id]
		result := guide.Run(entry.Guide, entry.Scenarios)
		passed += result.Passed
		failed += len(result.Failures)
		if t.JSON {
			if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"service": id, "result": result}); err != nil {
				return err
			}
			continue
		}
		for _, f := range result.Failures {
			fmt.Printf("%s: %s\n", id, f.In(lang.Lang(t.Lang)))
		}
		fmt.Printf("%s: %s\n", id, result.Coverage.In(lang.Lang(t.Lang)))
	}
	for _, s := range city.Samples {
		failures := city.Walk(&s)
		failed += len(failures)
		wrong := map[int]bool{}
		for _, f := range failures {
			wrong[f.Stop] = true
			if !t.JSON {
				fmt.Printf("%s %s %s: %s\n", s.Who, s.Days[f.Stop].Day, f.List, f.What.In(lang.Lang(t.Lang)))
			}
		}
		passed += len(s.Days) - len(wrong)
		if t.JSON {
			if err := json.NewEncoder(os.Stdout).Encode(map[string]any{"sample": s.Who, "days": len(s.Days), "failures": failures}); err != nil {
				return err
			}
			continue
		}
		fmt.Printf("%s: {Days:%d}\n", s.Who, len(s.Days))
	}
	if !t.JSON {
		fmt.Printf(lang.Text{ZH: "%d 个通过，%d 个不通过\n", EN: "%d passed, %d failed\n"}.In(lang.Lang(t.Lang)), passed, failed)
	}
	if failed > 0 {
		return errFound
	}
	return nil
}
