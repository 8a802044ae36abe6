package jurisdiction

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

// Whatever somebody does to a file, the loader tells of it or loads, and never breaks down. Each input
// damages one line of one file.
func FuzzLoad(f *testing.F) {
	files := copyOf(f, shipped)
	for name := range files { // one service is enough, and faster
		if strings.HasPrefix(name, "services/") && !strings.HasPrefix(name, "services/newborn/") {
			delete(files, name)
		}
	}
	var names []string
	for _, dir := range []string{"services/newborn", "certificates", "registers", "people", "organisations", "law", "calendars", "."} {
		all, err := fs.Glob(files, dir+"/*.yaml")
		if err != nil {
			f.Fatal(err)
		}
		names = append(names, all...)
	}
	f.Add(uint16(0), uint16(103), uint8(0), "")
	f.Add(uint16(0), uint16(200), uint8(1), "x: [y]")
	f.Add(uint16(1), uint16(5), uint8(2), ": ")
	f.Add(uint16(12), uint16(3), uint8(3), "null")
	f.Fuzz(func(t *testing.T, which, where uint16, how uint8, with string) {
		name := names[int(which)%len(names)]
		lines := strings.Split(string(files[name].Data), "\n")
		i := int(where) % len(lines)
		key, value, _ := strings.Cut(lines[i], ": ")
		switch how % 5 {
		case 0: // a line is lost
			lines = append(lines[:i:i], lines[i+1:]...)
		case 1: // a line is replaced
			lines[i] = with
		case 2: // a value is replaced
			lines[i] = key + ": " + with
		case 3: // a key is replaced
			lines[i] = with + ": " + value
		case 4: // a line stands twice
			lines = append(lines[:i+1:i+1], lines[i:]...)
		}
		damaged := maps.Clone(files)
		damaged[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n"))}
		city, cs := Load(damaged, "")
		if (city == nil) == (len(cs) == 0) && city == nil {
			t.Fatal("no city and no complaint")
		}
		for _, c := range cs {
			if c.File == "" || c.Line < 1 || c.Col < 1 || c.What.ZH == "" || c.What.EN == "" || c.Remedy.ZH == "" || c.Remedy.EN == "" {
				t.Fatalf("incomplete: %#v", c)
			}
			if !utf8.ValidString(c.String()) {
				t.Fatalf("not UTF-8: %q", c.String())
			}
		}
	})
}
