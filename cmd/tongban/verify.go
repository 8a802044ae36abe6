package main

import (
	"context"
	"fmt"
	"os"

	"tongban/internal/app"
	"tongban/internal/security/audit"
)

type verify struct {
	city
	Receipt string `help:"核验一份回执文件。 Verify a receipt file." type:"existingfile" placeholder:"FILE"`
	Key     string `help:"日志公钥；不写则读数据文件夹。 The log's public key; read from the data folder when absent." placeholder:"KEY"`
}

func (v *verify) Run(ctx context.Context) error {
	if v.Receipt != "" {
		return v.receipt(ctx)
	}
	report, err := app.Verify(ctx, app.Config{Data: v.Data, Database: v.Database})
	if err != nil {
		return err
	}
	for _, b := range report.All() {
		fmt.Printf("坏 broken: %s\n", b)
	}
	fmt.Printf("条目 entries %d · 已封存 sealed %d · 待封存 waiting %d · 日志长度 log size %d\n", report.Entries, report.Sealed, report.Waiting, report.Log.Size)
	if !report.OK() {
		return errFound
	}
	fmt.Println("完好 the log holds")
	return nil
}

func (v *verify) receipt(ctx context.Context) error {
	key := v.Key
	if key == "" {
		var err error
		if key, err = app.LogKey(ctx, app.Config{Data: v.Data}); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(v.Receipt)
	if err != nil {
		return err
	}
	if err := audit.VerifyReceipt(text, key); err != nil {
		fmt.Printf("坏 broken: %v\n", err)
		return errFound
	}
	fmt.Println("完好 the receipt holds")
	return nil
}

type backup struct {
	city
	To string `help:"备份到哪个新文件夹。 New folder for the backup." required:"" type:"path" placeholder:"DIR"`
}

func (b *backup) Run(ctx context.Context) error {
	return app.Backup(ctx, app.Config{Data: b.Data, Database: b.Database}, b.To)
}

type restore struct {
	From string `help:"备份所在的文件夹。 Folder of the backup." required:"" type:"existingdir" placeholder:"DIR"`
	Data string `help:"恢复到哪个空文件夹。 Empty folder to restore into." default:"data" type:"path" placeholder:"DIR"`
}

func (r *restore) Run(ctx context.Context) error {
	return app.Restore(ctx, r.From, r.Data)
}
