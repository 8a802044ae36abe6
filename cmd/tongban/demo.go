package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"tongban/internal/app"
)

type demo struct {
	People demoPeople `cmd:"" help:"列出演示人员和工作人员。 List the demonstration people and staff."`
	Token  demoToken  `cmd:"" help:"发一个接口访问令牌。 Issue an API token."`
}

type demoPeople struct{ city }

func (d *demoPeople) Run(ctx context.Context) error {
	people, err := app.DemoPeople(ctx, app.Config{Data: d.Data, Jurisdiction: d.Jurisdiction, Database: d.Database})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "账号 ID\t登录名 LOGIN\t姓名 NAME\t部门 BODY\t角色 ROLES")
	for _, p := range people {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.ID, p.Login, p.Name, p.Body, strings.Join(p.Roles, ","))
	}
	return w.Flush()
}

type demoToken struct {
	city
	As    string        `help:"给谁：账号或登录名。 For whom: account id or login." required:"" placeholder:"ID"`
	For   string        `help:"代表哪个企业（统一社会信用代码）。 Acting for which business (USCC)." placeholder:"USCC"`
	Hours time.Duration `help:"有效时间。 How long it is valid." default:"24h"`
}

func (d *demoToken) Run(ctx context.Context) error {
	token, err := app.DemoToken(ctx, app.Config{Data: d.Data, Jurisdiction: d.Jurisdiction, Database: d.Database}, d.As, d.For, d.Hours)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}
