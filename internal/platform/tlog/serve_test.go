package tlog

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	merkle "golang.org/x/mod/sumdb/tlog"

	"tongban/internal/platform/db"
	"tongban/internal/testkit/dbtest"
)

// client is somebody else's verifier: it knows the log's key and c2sp.org/tlog-tiles, and nothing of us.
type client struct {
	t    *testing.T
	base string
}

func (c client) get(path string) (string, *http.Response) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b), res
}

func (c client) Height() int { return 8 }

func (c client) ReadTiles(tiles []merkle.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		// The path of x/mod names the height too, which is always 8 here.
		path := strings.Replace(tile.Path(), "tile/8/", "/tile/", 1)
		b, res := c.get(path)
		if res.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s", path, res.Status)
		}
		out = append(out, []byte(b))
	}
	return out, nil
}

func (c client) SaveTiles([]merkle.Tile, [][]byte) {}

func TestHandler(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, migrations, func(t *testing.T, s *db.Store) {
		l := newLog(t, s)
		srv := httptest.NewServer(l.Handler())
		defer srv.Close()
		c := client{t, srv.URL}

		sizes := []int64{0, 1, 256, 700, 70_000}
		var size int64
		for _, n := range sizes {
			grow(t, l, size, n-size)
			size = n
			text, res := c.get("/checkpoint")
			if got := res.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
				t.Errorf("content type of the checkpoint = %q", got)
			}
			cp, err := OpenCheckpoint([]byte(text), l.known)
			if err != nil || cp.Size != n {
				t.Fatalf("checkpoint = %+v, %v; want size %d", cp, err, n)
			}
			if n == 0 {
				continue
			}
			r := merkle.TileHashReader(merkle.Tree{N: cp.Size, Hash: cp.Root}, c)
			for _, i := range []int64{0, n / 2, n - 1} {
				h, err := r.ReadHashes([]int64{merkle.StoredHashIndex(0, i)})
				if err != nil {
					t.Fatalf("hash of leaf %d of %d: %v", i, n, err)
				}
				path := merkle.Tile{H: 8, L: -1, N: i / 256, W: int(min(256, n-i/256*256))}.Path()
				path = strings.Replace(path, "tile/8/data/", "/tile/entries/", 1)
				bundle, res := c.get(path)
				if res.Header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
					t.Errorf("%s: headers %v", path, res.Header)
				}
				for range i % 256 {
					bundle = bundle[2+binary.BigEndian.Uint16([]byte(bundle)):]
				}
				got := bundle[2 : 2+binary.BigEndian.Uint16([]byte(bundle))]
				if merkle.RecordHash([]byte(got)) != h[0] || got != string(leaf(i)) {
					t.Errorf("leaf %d of %d = %q, which is not that of the tree", i, n, got)
				}
			}
		}
		t.Run("still serves the partial tiles of old checkpoints", func(t *testing.T) {
			for path, want := range map[string]int{
				"/tile/0/000.p/1": 32, "/tile/0/002.p/188": 188 * 32, "/tile/1/000.p/2": 64, "/tile/2/000.p/1": 32, "/tile/0/273.p/112": 112 * 32,
				"/tile/entries/000.p/1": 8, "/tile/0/000": 8192,
			} {
				if b, res := c.get(path); res.StatusCode != http.StatusOK || len(b) != want {
					t.Errorf("%s: %s with %d bytes, want %d", path, res.Status, len(b), want)
				}
			}
		})
		t.Run("has one path for each tile and nothing else", func(t *testing.T) {
			for _, path := range []string{
				"/tile/0/0", "/tile/00/000", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/000.p/01", "/tile/0/x000/000",
				"/tile/0/274", "/tile/0/273", "/tile/0/273.p/113", "/tile/64/000", "/tile/-1/000", "/tile/data/000", "/tile/entries/-01",
				"/tile/entries/x9999/000", "/tile/entries", "/tile/", "/tile/0/000.p/", "/tile/0/000/001", "/tile/3/000.p/1",
				"/tile/entries/x999/x999/x999/x999/x999/x999/x999/999", "/", "/checkpoint/",
			} {
				if _, res := c.get(path); res.StatusCode != http.StatusNotFound {
					t.Errorf("%s: %s, want 404", path, res.Status)
				}
			}
		})
	})
}

func TestTilePath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]coordinate{
		"tile/0/000":                 {0, 0},
		"tile/5/x001/x234/067":       {5, 1234067}, // the example of c2sp.org/tlog-tiles
		"tile/entries/x001/000":      {bundles, 1000},
		"tile/63/x999/x999/x999/999": {63, 999_999_999_999},
	} {
		if got := tilePath(want, tileWidth); got != path {
			t.Errorf("tilePath(%d, %d) = %s, want %s", want.level, want.index, got, path)
		}
		for _, w := range []string{"", ".p/1", ".p/255"} {
			if at, _, ok := parseTilePath(path + w); !ok || at != want {
				t.Errorf("parseTilePath(%s) = %v, %v", path+w, at, ok)
			}
		}
	}
}

func FuzzParseTilePath(f *testing.F) {
	for _, s := range []string{"tile/0/000", "tile/entries/x001/x234/067.p/7", "tile/0/000.p/256", "tile//.p/", "tile/0/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if at, w, ok := parseTilePath(path); ok && tilePath(at, w) != path {
			t.Errorf("%q is read as %q", path, tilePath(at, w))
		}
	})
}

func FuzzParseBundle(f *testing.F) {
	f.Add([]byte{0, 1, 'a', 0, 0}, 2)
	f.Add([]byte{255, 255, 0}, 1)
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		if n < 0 || n > tileWidth {
			return
		}
		leaves, rest := parseBundle(data, n)
		e := edge{}
		for _, l := range leaves {
			e.bundle = append(binary.BigEndian.AppendUint16(e.bundle, uint16(len(l))), l...)
		}
		if string(e.bundle)+string(data[len(data)-rest:]) != string(data) {
			t.Errorf("%x is read as %x with %d left", data, e.bundle, rest)
		}
	})
}
