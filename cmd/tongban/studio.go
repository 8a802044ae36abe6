package main

import (
	"context"
	"fmt"

	"tongban/internal/app"
)

type studio struct {
	Export studioExport `cmd:"" help:"把公布的文件写到一个文件夹，可以放进版本库。 Write the published files into a folder, to keep them in a repository."`
}

type studioExport struct {
	city
	To string `arg:"" help:"写到哪里，例如辖区目录。 Where to, such as the jurisdiction's folder." type:"path"`
}

func (s *studioExport) Run(ctx context.Context) error {
	names, err := app.Export(ctx, app.Config{Data: s.Data, Database: s.Database}, s.To)
	if err != nil {
		return err
	}
	for _, name := range names {
		fmt.Println(name)
	}
	return nil
}
