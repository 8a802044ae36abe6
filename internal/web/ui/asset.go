package ui

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"sync"
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

// Fonts holds FontFile; an error without the front-end build.
func Fonts() (fs.FS, error) {
	if _, err := fs.Stat(dist, "dist/"+FontFile); err != nil {
		return nil, err
	}
	return fs.Sub(dist, "dist")
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
