package ui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed all:dist
var dist embed.FS

// staticPath is where the built files are served. Their names hold the hash of what is in them, so they
// may be cached for ever.
const staticPath = "/static/"

// bundle is what the front-end build left: the file for each name, and whether there is one at all.
type bundle struct {
	Files map[string]string `json:"files"` // "citizen.css" → "citizen-3F2A.css"
}

var built = sync.OnceValue(func() bundle {
	var b bundle
	raw, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		return b // a bare go build: pages are plain and readable
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		panic("ui: dist/manifest.json is not what the front-end build writes: " + err.Error())
	}
	return b
})

// Built reports whether the binary holds the front-end build.
func Built() bool { return len(built().Files) > 0 }

// Asset returns the address of a built file, "" without the build.
func Asset(name string) string {
	if file, ok := built().Files[name]; ok {
		return staticPath + file
	}
	return ""
}

// FontFile is the typeface that documents are set in: Noto Sans SC, with the whole of GB 2312 and most of
// GBK. Its licence is the SIL Open Font License.
const FontFile = "NotoSansSC-Regular.ttf"

// Fonts holds FontFile, which is compressed in the binary and unpacked into dir when it is first opened. An
// error without the front-end build.
func Fonts(dir string) (fs.FS, error) {
	raw, err := dist.ReadFile("dist/" + FontFile + ".br")
	if err != nil {
		return nil, err
	}
	return fonts{dir, raw}, nil
}

// fonts is a folder with the one typeface. It lies in a file and not in memory, because few of its glyphs
// are ever looked at.
type fonts struct {
	dir    string
	packed []byte
}

// Open opens FontFile.
func (f fonts) Open(name string) (fs.File, error) {
	if name != FontFile {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	sum := sha256.Sum256(f.packed)
	to := filepath.Join(f.dir, hex.EncodeToString(sum[:6])+"-"+FontFile) // a newer binary has a font of its own
	if file, err := os.Open(to); err == nil {
		return file, nil
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(f.dir, "unpacking-*")
	if err != nil {
		return nil, err
	}
	if _, err = io.Copy(file, brotli.NewReader(bytes.NewReader(f.packed))); err == nil {
		err = os.Rename(file.Name(), to) // whole or not at all
	}
	if err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return file, nil
}

func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	if name != path.Base(name) || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		http.NotFound(w, r)
		return
	}
	file := "dist/static/" + name
	h := w.Header()
	body, err := fs.ReadFile(dist, file)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h.Add("Vary", "Accept-Encoding")
	for _, coding := range [...]struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(r, coding.name) {
			continue
		}
		if packed, err := fs.ReadFile(dist, file+coding.suffix); err == nil {
			h.Set("Content-Encoding", coding.name)
			body = packed
			break
		}
	}
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the reader has gone away when this fails
	}
}
