package interchange

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/catalogue"
)

// Files are the files of the draft by their names in a jurisdiction's folder. What a new matter still lacks is
// not there, so that `tongban check` asks for it.
func (d *Draft) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for id, s := range d.services {
		text, err := serviceFile(&s.Service, s.known)
		if err != nil {
			return nil, fmt.Errorf("write service %s: %w", id, err)
		}
		files["services/"+id+"/service.yaml"] = text
	}
	return files, nil
}

// serviceFile writes a service as a file of a jurisdiction. Of an incomplete one, what is empty is left out.
func serviceFile(s *catalogue.Service, complete bool) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Load(strictyaml.Marshal(s), &document); err != nil { // the fixed form, which is YAML
		return nil, err
	}
	n := document.Content[0]
	if !complete {
		without(n, "level") // a number that nobody gave
		prune(n)
	}
	lists(n)
	return write(n)
}

// write writes a document in the manner of the other files.
func write(n *yaml.Node) ([]byte, error) {
	text, err := yaml.Dump(n, yaml.WithIndent(2), yaml.WithLineWidth(-1), yaml.WithUnicode(true), yaml.WithCompactSeqIndent(false))
	if err != nil {
		return nil, err
	}
	return append([]byte("# Brought in; not in force. `tongban check` says what is to be completed.\n"), bytes.TrimPrefix(text, []byte("---\n"))...), nil
}

// without drops a key of a mapping.
func without(n *yaml.Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = append(n.Content[:i], n.Content[i+2:]...)
			return
		}
	}
}

// prune drops what is empty.
func prune(n *yaml.Node) {
	var kept []*yaml.Node
	for i := 0; i < len(n.Content); i++ {
		c := n.Content[i]
		if n.Kind != yaml.MappingNode {
			prune(c)
			kept = append(kept, c)
			continue
		}
		i++
		v := n.Content[i]
		prune(v)
		if v.Kind == yaml.ScalarNode && v.Value == "" || v.Kind != yaml.ScalarNode && len(v.Content) == 0 {
			continue
		}
		kept = append(kept, c, v)
	}
	n.Content = kept
}

// lists puts small things onto one line, texts and lists of words, and everything else onto lines of its own.
func lists(n *yaml.Node) {
	plain := len(n.Content) <= 12
	n.Style = 0
	for _, c := range n.Content {
		lists(c)
		plain = plain && c.Kind == yaml.ScalarNode
	}
	if plain && n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
}

// Put writes files into a new folder: all of them or, when anything goes wrong, none. check, which may be nil,
// looks at the folder before it gets its name.
func Put(dir string, files map[string][]byte, check func(fs.FS) error) (err error) {
	dir = filepath.Clean(dir)
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s 已经有了，换一个新文件夹 is there already; name a new folder: %w", dir, fs.ErrExist)
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	half, err := os.MkdirTemp(parent, ".import-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(half) // what went wrong first is what is told
		}
	}()
	if err := os.Chmod(half, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if !fs.ValidPath(name) {
			return fmt.Errorf("%q is no name of a file", name)
		}
		at := filepath.Join(half, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(at, text, 0o644); err != nil {
			return err
		}
	}
	if check != nil {
		if err := check(os.DirFS(half)); err != nil {
			return err
		}
	}
	return os.Rename(half, dir)
}
