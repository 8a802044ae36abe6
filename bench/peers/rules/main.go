// Command rules evaluates the forty conditions of guide/eval40 with three engines that a Go programmer
// would pick: expr, CEL and OPA. It is started by the benchmark with the folder of the data and then
// reads lines "ENGINE N" and answers each with one line of JSON: what N evaluations took.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/open-policy-agent/opa/v1/rego"
)

type part struct {
	Attr string `json:"attr"`
	Op   string `json:"op"`
	Val  any    `json:"val"`
}

type rule struct {
	ID  string `json:"id"`
	All []part `json:"all"`
}

type person map[string]any

// engine counts the conditions that hold for somebody.
type engine func(person) int

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir string) error {
	var data struct {
		Rules []rule `json:"rules"`
	}
	var people []person
	if err := read(filepath.Join(dir, "rules.json"), &data); err != nil {
		return err
	}
	if err := read(filepath.Join(dir, "persons.json"), &people); err != nil {
		return err
	}
	engines := map[string]engine{}
	for name, build := range map[string]func([]rule, person) (engine, error){"expr": exprEngine, "cel": celEngine, "opa": opaEngine} {
		e, err := build(data.Rules, people[0])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		engines[name] = e
	}
	var order []string
	if err := read(filepath.Join(dir, "order.json"), &order); err != nil {
		return err
	}
	next, halves, err := celNext(data.Rules, people, order)
	if err != nil {
		return fmt.Errorf("cel-next: %w", err)
	}
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var name string
		var n int
		if _, err := fmt.Sscan(in.Text(), &name, &n); err != nil {
			return err
		}
		e, people := engines[name], people
		if name == "cel-next" {
			e, people = next, halves
		}
		hits := 0
		for _, p := range people {
			hits += e(p)
		}
		cpu, start := processor(), time.Now()
		for i := range n {
			e(people[i%len(people)])
		}
		out, err := json.Marshal(map[string]int64{"n": int64(n), "ns": time.Since(start).Nanoseconds(), "cpu": processor() - cpu, "check": int64(hits)})
		if err != nil {
			return err
		}
		fmt.Println(string(out))
	}
	return in.Err()
}

func read(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func processor() int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return r.Utime.Nano() + r.Stime.Nano()
}

func quoted(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the data was read from JSON
	}
	return string(b)
}

// text writes a part in the syntax that expr, CEL and Rego share.
func text(p part) string {
	switch p.Op {
	case "ge":
		return fmt.Sprintf("%s >= %v", p.Attr, p.Val)
	case "lt":
		return fmt.Sprintf("%s < %v", p.Attr, p.Val)
	case "eq":
		return p.Attr + " == " + quoted(p.Val)
	case "ne":
		return p.Attr + " != " + quoted(p.Val)
	case "true":
		return p.Attr
	case "false":
		return "!" + p.Attr
	}
	return p.Attr + " in " + quoted(p.Val)
}

func all(r rule) string {
	parts := make([]string, len(r.All))
	for i, p := range r.All {
		parts[i] = text(p)
	}
	return strings.Join(parts, " && ")
}

func exprEngine(rules []rule, one person) (engine, error) {
	var programs []*vm.Program
	for _, r := range rules {
		p, err := expr.Compile(all(r), expr.Env(map[string]any(one)), expr.AsBool())
		if err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	var machine vm.VM
	return func(p person) (hits int) {
		for _, x := range programs {
			out, err := machine.Run(x, map[string]any(p))
			if err != nil {
				panic(err)
			}
			if out.(bool) {
				hits++
			}
		}
		return hits
	}, nil
}

func celEngine(rules []rule, one person) (engine, error) {
	programs, err := celPrograms(rules, one, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, err
	}
	return func(p person) (hits int) {
		for _, x := range programs {
			out, _, err := x.Eval(map[string]any(p))
			if err != nil {
				panic(err)
			}
			if out.Value().(bool) {
				hits++
			}
		}
		return hits
	}, nil
}

// celNext asks the question that comes first among those that an undecided condition still waits for. The
// i-th person has answered the first i questions, over and over.
func celNext(rules []rule, people []person, order []string) (engine, []person, error) {
	programs, err := celPrograms(rules, people[0], cel.EvalOptions(cel.OptOptimize, cel.OptPartialEval))
	if err != nil {
		return nil, nil, err
	}
	place := map[string]int{}
	for i, name := range order {
		place[name] = i
	}
	open := make([][]*cel.AttributePatternType, len(order)+1)
	for n := range open {
		for _, name := range order[n:] {
			open[n] = append(open[n], cel.AttributePattern(name))
		}
	}
	halves := make([]person, len(people))
	for i, p := range people {
		halves[i] = person{}
		for _, name := range order[:i%len(order)] {
			halves[i][name] = p[name]
		}
	}
	return func(p person) int {
		vars, err := cel.PartialVars(map[string]any(p), open[len(p)]...)
		if err != nil {
			panic(err)
		}
		best := len(order)
		for _, x := range programs {
			out, _, err := x.Eval(vars)
			if err != nil {
				panic(err)
			}
			unknown, ok := out.(*types.Unknown)
			if !ok {
				continue
			}
			for _, id := range unknown.IDs() {
				trails, _ := unknown.GetAttributeTrails(id)
				for _, t := range trails {
					best = min(best, place[t.Variable()])
				}
			}
		}
		return best
	}, halves, nil
}

func celPrograms(rules []rule, one person, how cel.ProgramOption) ([]cel.Program, error) {
	options := []cel.EnvOption{cel.CrossTypeNumericComparisons(true)}
	for name, v := range one {
		kind := cel.StringType
		switch v.(type) {
		case float64:
			kind = cel.DoubleType
		case bool:
			kind = cel.BoolType
		}
		options = append(options, cel.Variable(name, kind))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	var programs []cel.Program
	for _, r := range rules {
		ast, issues := env.Compile(all(r))
		if issues.Err() != nil {
			return nil, issues.Err()
		}
		p, err := env.Program(ast, how)
		if err != nil {
			return nil, err
		}
		programs = append(programs, p)
	}
	return programs, nil
}

func opaEngine(rules []rule, _ person) (engine, error) {
	var module strings.Builder
	module.WriteString("package guide\nimport rego.v1\n")
	for _, r := range rules {
		fmt.Fprintf(&module, "applies contains %q if {\n", r.ID)
		for _, p := range r.All {
			switch p.Op {
			case "true":
				fmt.Fprintf(&module, " input.%s == true\n", p.Attr)
			case "false":
				fmt.Fprintf(&module, " input.%s == false\n", p.Attr)
			case "in":
				fmt.Fprintf(&module, " input.%s in {%s}\n", p.Attr, strings.Trim(quoted(p.Val), "[]"))
			default:
				fmt.Fprintf(&module, " input.%s\n", text(p))
			}
		}
		module.WriteString("}\n")
	}
	ctx := context.Background()
	query, err := rego.New(rego.Query("data.guide.applies"), rego.Module("guide.rego", module.String())).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	return func(p person) int {
		out, err := query.Eval(ctx, rego.EvalInput(map[string]any(p)))
		if err != nil {
			panic(err)
		}
		return len(out[0].Expressions[0].Value.([]any))
	}, nil
}
