package interchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"

	"tongban/internal/platform/strictyaml"
	"tongban/internal/service/jurisdiction"
)

// wholeForm names the form of a whole catalogue, with its version.
const wholeForm = "tongban-catalogue/1"

// Whole is a whole catalogue without loss: every file that counts, as it is, and the editions that must come
// out of them.
type Whole struct {
	Form         string            `json:"form"`
	Jurisdiction string            `json:"jurisdiction"`
	Edition      string            `json:"edition"`  // of the city
	Services     map[string]string `json:"services"` // edition by service
	Files        map[string]string `json:"files"`
}

// TakeOut gathers a jurisdiction that loads.
func TakeOut(dir fs.FS, city *jurisdiction.City) (*Whole, error) {
	files, complaints := jurisdiction.Files(dir, "")
	if strictyaml.Stops(complaints) {
		return nil, fmt.Errorf("read the files: %s", complaints[0])
	}
	w := &Whole{Form: wholeForm, Jurisdiction: city.ID, Edition: city.Edition, Services: editions(city), Files: map[string]string{}}
	for name, text := range files {
		if !utf8.Valid(text) {
			return nil, fmt.Errorf("%s is not UTF-8", name)
		}
		w.Files[name] = string(text)
	}
	return w, nil
}

func editions(city *jurisdiction.City) map[string]string {
	all := map[string]string{}
	for id, e := range city.Services {
		all[id] = e.Edition
	}
	return all
}

// ErrEdition is that a catalogue does not load, or is not the edition that it says it is.
var ErrEdition = errors.New("目录不对 the catalogue is not what it says")

// Write writes the catalogue as JSON.
func (w *Whole) Write(to io.Writer) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(w)
}

// IsWhole tells a whole catalogue from other JSON.
func IsWhole(text []byte) bool {
	var w struct{ Form json.RawMessage }
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && json.Unmarshal(text, &w) == nil && w.Form != nil
}

// ReadWhole reads a whole catalogue.
func ReadWhole(text []byte) (*Whole, error) {
	w := &Whole{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(w); err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	if w.Form != wholeForm {
		return nil, fmt.Errorf("the form is %q; this program reads %q", w.Form, wholeForm)
	}
	return w, nil
}

// Put writes the catalogue into a new folder if it loads there and every edition is the one that was taken out.
// The complaints say what keeps it from loading.
func (w *Whole) Put(dir string) (complaints []jurisdiction.Complaint, err error) {
	files := map[string][]byte{}
	for name, text := range w.Files {
		files[name] = []byte(text)
	}
	err = Put(dir, files, func(dir fs.FS) error {
		var city *jurisdiction.City
		if city, complaints = jurisdiction.Load(dir, ""); city == nil {
			return fmt.Errorf("%w：载入不了 it does not load: %s", ErrEdition, complaints[0])
		}
		for id, e := range editions(city) {
			if w.Services[id] != e {
				return fmt.Errorf("%[4]w：服务 %[1]s 的版本是 %[2]s，文件里写的是 %[3]s the edition of the service %[1]s is %[2]s and the file says %[3]s", id, e, w.Services[id], ErrEdition)
			}
		}
		if len(w.Services) != len(city.Services) || w.Edition != city.Edition {
			return fmt.Errorf("%[3]w：目录的版本是 %[1]s，文件里写的是 %[2]s the edition of the catalogue is %[1]s and the file says %[2]s", city.Edition, w.Edition, ErrEdition)
		}
		return nil
	})
	return complaints, err
}
