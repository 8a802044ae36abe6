// Command tongban runs a government that people meet as one: see README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes, the same for every command; `tongban --help` lists them.
const (
	exitOK     = 0
	exitFailed = 1 // the command was carried out and found something wrong
	exitUsage  = 2 // the command line is wrong
	exitBroken = 3 // the machine or the data did not let the command run
)

// errFound is an error that a check found; everything else that goes wrong is a broken run.
var errFound = errors.New("found")

type cli struct {
	Serve   serve   `cmd:"" help:"开城：启动服务。 Open the city: start the server."`
	Check   check   `cmd:"" help:"检查一个辖区目录，指出每处错误的文件、行、列和改法。 Check a jurisdiction; name file, line, column and remedy of every fault."`
	Test    test    `cmd:"" help:"运行辖区自带的情景用例。 Run the scenarios of a jurisdiction."`
	Explain explain `cmd:"" help:"说明一个人为什么要办这些事、交这些材料，各依据哪一条。 Explain why each matter, material, fee and limit applies to somebody, with its article."`
	Diff    diff    `cmd:"" help:"比较两个版本：谁的结果变了、变了什么、有多少种情形。 Compare two editions: who is treated differently, how, and in how many situations."`
	Export  export  `cmd:"" help:"导出目录：整个目录、实施清单、CPSV-AP、决策表。 Take the catalogue out: whole, as implementation checklists, as CPSV-AP, as decision tables."`
	Import  bring   `cmd:"" help:"把实施清单、整个目录或 DMN 决策表导入成草稿，并按行、列报告放不进的内容。 Take implementation checklists, a whole catalogue or DMN decision tables in as a draft, and report by row and column what did not fit."`
	Migrate migrate `cmd:"" help:"建立或升级数据库表。 Make or upgrade the database's tables."`
	Verify  verify  `cmd:"" help:"核验全部日志，或核验一份回执（无需联网）。 Verify the whole log, or one receipt, offline."`
	Backup  backup  `cmd:"" help:"备份数据库、密钥和上传文件到一个文件夹。 Back up database, keys and uploads into a folder."`
	Restore restore `cmd:"" help:"把备份恢复到一个空文件夹。 Restore a backup into an empty folder."`
	Demo    demo    `cmd:"" help:"演示城市的人员和访问令牌。 People and tokens of the demonstration city."`
	Version version `cmd:"" help:"版本。 Print the version."`
}

const description = `通办：让人只跟一个政府打交道。 Tongban: people meet one government.

退出码 Exit codes: 0 成功 done · 1 查出问题 something is wrong · 2 命令写错 wrong command line · 3 无法运行 could not run`

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("tongban"), kong.Description(description), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(n int) { code = n }))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitBroken
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k, err := parser.Parse(args)
	if code >= 0 { // --help was asked for and printed
		return code
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "tongban: %v\n试试 try: tongban --help\n", err)
		return exitUsage
	}
	k.BindTo(ctx, (*context.Context)(nil))
	switch err := k.Run(); {
	case err == nil:
		return exitOK
	case errors.Is(err, errFound):
		return exitFailed
	default:
		fmt.Fprintf(os.Stderr, "tongban: %v\n", err)
		return exitBroken
	}
}
