// Command pocketbase is the peer of submit/onething: PocketBase as a library. PB_SYNC=FULL makes every
// commit durable; its own default, NORMAL, may lose the last commits in a power cut.
package main

import (
	"log"
	"os"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
)

func main() {
	var c pocketbase.Config
	if sync := os.Getenv("PB_SYNC"); sync != "" {
		c.DBConnect = func(path string) (*dbx.DB, error) {
			return dbx.Open("sqlite", path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)"+
				"&_pragma=synchronous("+sync+")&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)")
		}
	}
	if err := pocketbase.NewWithConfig(c).Start(); err != nil {
		log.Fatal(err)
	}
}
