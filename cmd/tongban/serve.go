package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"tongban/internal/app"
)

// city is where the data and the definitions are; commands share it.
type city struct {
	Data         string `help:"数据文件夹。 Folder of the data." default:"data" type:"path" placeholder:"DIR"`
	Jurisdiction string `help:"辖区目录。 Folder of the jurisdiction." default:"jurisdictions/shifan" type:"path" placeholder:"DIR"`
	Database     string `help:"PostgreSQL 地址；不写则用数据文件夹里的 SQLite。 PostgreSQL address; SQLite in the data folder when absent." env:"DATABASE_URL" placeholder:"URL"`
}

type serve struct {
	city
	Listen  string `help:"监听地址，端口 0 表示自选。 Address to listen on; port 0 picks a free one." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Origin  string `help:"对外网址，用于二维码和通行密钥。 Public address, for QR codes and passkeys." placeholder:"URL"`
	Demo    bool   `help:"装入演示人员和登记记录。 Load the demonstration people and records."`
	Welcome bool   `help:"打印地址和演示账号。 Print addresses and demonstration sign-ins."`
	Verbose bool   `help:"详细日志。 Log more." short:"v"`
}

// collectAt is how much the heap grows before it is collected, in hundredths of what lives. Little lives, some
// ten megabytes, and a page makes much that is dropped at once: at the usual 100, collecting took a quarter
// of the processor time of a page.
const collectAt = 400

// loadAt is the same while a city is loaded, most of which is dropped again: what it grows to, and is
// scattered over, is not all given back.
const loadAt = 50

func (s *serve) Run(ctx context.Context) error {
	level := slog.LevelWarn
	if s.Verbose {
		level = slog.LevelInfo
	}
	growTo := func(percent int) {
		if os.Getenv("GOGC") == "" {
			debug.SetGCPercent(percent)
		}
	}
	growTo(loadAt)
	a, err := app.Open(ctx, app.Config{
		Data: s.Data, Jurisdiction: s.Jurisdiction, Database: s.Database, Demo: s.Demo, Origin: s.Origin, Listen: s.Listen,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		return err
	}
	defer a.Close()
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	go func() {
		for range reload {
			a.Reload(ctx)
		}
	}()
	return a.Serve(ctx, func(addr string) {
		growTo(collectAt)
		fmt.Printf("ready http://%s\n", addr)
		if s.Welcome {
			a.Welcome(os.Stdout, addr)
		}
	})
}

type migrate struct{ city }

func (m *migrate) Run(ctx context.Context) error {
	return app.Migrate(ctx, app.Config{Data: m.Data, Database: m.Database})
}

type version struct{}

func (version) Run() error {
	fmt.Println(app.Version())
	return nil
}
