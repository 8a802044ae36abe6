package jurisdiction

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"

	"tongban/internal/platform/lang"
	"tongban/internal/platform/strictyaml"
	"tongban/internal/security/law"
	"tongban/internal/security/org"
	"tongban/internal/service/catalogue"
	"tongban/internal/service/lifecycle"
	"tongban/internal/service/synonym"
)

// Load reads a jurisdiction from its folder and checks it. The name is how its files are called in
// complaints, such as the path that somebody typed; it may be empty. Complaints are complete and in the
// order of the files. There is a City exactly when none of them is more than a warning.
func Load(dir fs.FS, name string) (*City, []Complaint) { return LoadWith(dir, name, nil) }

// LoadWith is Load with other texts for some files, by their names within the folder: what was published
// since the folder was written, or is to be. A file without a text is not there.
func LoadWith(dir fs.FS, name string, texts map[string][]byte) (*City, []Complaint) {
	city, cs := load(dir, name, texts)
	if strictyaml.Stops(cs) {
		return nil, cs
	}
	city.index()
	return city, cs
}

// Try is LoadWith for somebody who is still writing a service: its entry as soon as its conditions can be
// evaluated, whatever else is complained of, and nil before.
func Try(dir fs.FS, name string, texts map[string][]byte, service string) (*Entry, []Complaint) {
	city, cs := load(dir, name, texts)
	e := city.Services[service]
	if e != nil {
		e.text, e.city = e.Text(), nil // who writes keeps the entry for longer than all the others of its city
	}
	return e, cs
}

func load(dir fs.FS, name string, texts map[string][]byte) (*City, []Complaint) {
	l := &loader{dir: dir, name: name, grammar: grammar(), files: map[string]*file{}, city: &City{
		Services: map[string]*Entry{}, Certificates: map[string]catalogue.CertificateType{}, Registers: map[string]catalogue.Register{},
		Life: map[catalogue.Audience]*lifecycle.Chain{},
	}}
	l.read()
	l.replace(texts)
	l.parse()
	l.unreadable()
	l.city.Edition = edition(l.texts())
	l.foundations()
	l.services()
	l.synonyms()
	l.policies()
	l.people()
	l.lifecycle()
	l.samples()
	return l.city, strictyaml.Sort(l.complaints)
}

// loader is one loading.
type loader struct {
	dir        fs.FS
	name       string
	grammar    *strictyaml.Grammar
	names      []string         // of all files that count, sorted
	files      map[string]*file // by name within the folder
	complaints []Complaint
	city       *City

	certificates []placed[catalogue.CertificateType]
	registers    []placed[catalogue.Register]
	stages       []placed[Stage]
	topics       []placed[Topic]
	purposes     []placed[Purpose]
	opened       []opened
	lookup       names
	unread       map[string]bool // kinds of which a file could not be read, so that references to them say nothing
}

type file struct {
	text   []byte
	source *strictyaml.Source // of a YAML file
}

// placed is a definition and where it stands.
type placed[T any] struct {
	value T
	src   *strictyaml.Source
	path  string
}

// names are the ids of everything that can be referred to, for "did you mean".
type names struct{ bodies, provisions, certificates, registers, stages, topics, services []string }

func (l *loader) complain(c ...Complaint) { l.complaints = append(l.complaints, c...) }

// onFile complains about a file as a whole.
func (l *loader) onFile(name string, what, remedy lang.Text) {
	l.complain(Complaint{File: path.Join(l.name, name), Line: 1, Col: 1, What: what, Remedy: remedy})
}

// kinds are the files that a jurisdiction may have, as patterns of their names.
var kinds = []string{
	"jurisdiction.yaml", "stages.yaml", "topics.yaml", "purposes.yaml", "synonyms.yaml", "law/*.yaml", "organisations/*.yaml", "calendars/*.yaml",
	"services/*/service.yaml", "services/*/scenarios.yaml", "certificates/*.yaml", "registers/*.yaml",
	"policies/*.cedar", "people/*.yaml",
	"lifecycle/facts.yaml", "lifecycle/intents.yaml", "lifecycle/business.yaml", "lifecycle/person.yaml", "lifecycle/samples.yaml",
}

// Files reads the files of a jurisdiction that count, by name: those by whose contents its edition is named.
func Files(dir fs.FS, name string) (map[string][]byte, []Complaint) {
	l := &loader{dir: dir, name: name, files: map[string]*file{}}
	l.read()
	return l.texts(), l.complaints
}

// maxFile keeps a file that got there by mistake out of memory.
const maxFile = 8 << 20

// read reads all files. What is for people (*.md) or hidden does not count; any other file that is not
// of a kind is refused, because a file that nobody reads looks as if it did something.
func (l *loader) read() {
	err := fs.WalkDir(l.dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		switch {
		case name != "." && strings.HasPrefix(base, "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir(), strings.HasSuffix(base, ".md"):
			return nil
		case !ofKind(name):
			l.unknownFile(name)
			return nil
		}
		if info, err := d.Info(); err == nil && info.Size() > maxFile {
			l.onFile(name, strictyaml.Say("文件太大:%d 字节", "the file is too large: %d bytes", info.Size()),
				strictyaml.Say("拆成几个文件", "split it into several files"))
			return nil
		}
		text, err := fs.ReadFile(l.dir, name)
		if err != nil {
			return err
		}
		l.names = append(l.names, name)
		l.files[name] = &file{text: text}
		return nil
	})
	var trouble *fs.PathError
	if errors.As(err, &trouble) {
		l.onFile(trouble.Path, strictyaml.Say("读不了:%v", "cannot be read: %v", trouble.Err),
			strictyaml.Say("检查路径和权限", "check the path and the permissions"))
	} else if err != nil {
		l.onFile(".", strictyaml.Say("读不了:%v", "cannot be read: %v", err), strictyaml.Say("检查路径和权限", "check the path and the permissions"))
	}
	sort.Strings(l.names)
	for _, must := range []string{"jurisdiction.yaml", "stages.yaml", "topics.yaml", "purposes.yaml"} {
		if _, ok := l.files[must]; !ok && err == nil {
			l.onFile(must, strictyaml.Say("没有这个文件", "the file is missing"), strictyaml.Say("写上它", "write it"))
		}
	}
}

// replace puts other texts in the place of files.
func (l *loader) replace(texts map[string][]byte) {
	for name, text := range texts {
		delete(l.files, name)
		if text != nil {
			l.files[name] = &file{text: text}
		}
	}
	if texts != nil {
		l.names = slices.Sorted(maps.Keys(l.files))
	}
}

func ofKind(name string) bool {
	for _, k := range kinds {
		if ok, _ := path.Match(k, name); ok {
			return true
		}
	}
	return false
}

func (l *loader) unknownFile(name string) {
	dir, base := path.Split(name)
	var there []string
	for _, k := range kinds {
		if d, b := path.Split(k); d == dir || strings.HasPrefix(dir, "services/") && d == "services/*/" {
			there = append(there, b)
		}
	}
	remedy := strictyaml.DidYouMean(base, there, strictyaml.Say("文件", "files"))
	if len(there) == 0 {
		remedy = strictyaml.Say("移走它,或放进 law/、organisations/、calendars/、services/<编号>/、certificates/、registers/、policies/、people/、lifecycle/ 之一",
			"take it out, or put it into law/, organisations/, calendars/, services/<id>/, certificates/, registers/, policies/, people/ or lifecycle/")
	}
	l.onFile(name, strictyaml.Say("不认识这个文件", "this kind of file is not known"), remedy)
}

// parse reads the YAML of all files but those of services, which are read one service after the other.
func (l *loader) parse() {
	names := slices.DeleteFunc(slices.Clone(l.names), func(name string) bool {
		return !strings.HasSuffix(name, ".yaml") || l.files[path.Join(path.Dir(name), serviceFile)] != nil
	})
	results := make([][]Complaint, len(names))
	inParallel(len(names), func(i int) {
		f := l.files[names[i]]
		f.source, results[i] = strictyaml.Parse(path.Join(l.name, names[i]), f.text)
	})
	l.complain(slices.Concat(results...)...)
}

// inParallel does n pieces of work on all processors.
func inParallel(n int, do func(i int)) {
	var wait sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	wait.Wait()
}

// in lists the sources of the files that match a pattern.
func (l *loader) in(pattern string) []*strictyaml.Source {
	var in []*strictyaml.Source
	for _, name := range l.names {
		if ok, _ := path.Match(pattern, name); ok && l.files[name].source != nil {
			in = append(in, l.files[name].source)
		}
	}
	return in
}

// unreadable notes which kinds of things are not all there.
func (l *loader) unreadable() {
	l.unread = map[string]bool{}
	for pattern, kinds := range map[string][]lang.Text{
		"law/*.yaml": {aProvision}, "organisations/*.yaml": {aBody}, "certificates/*.yaml": {aCertificate, aField},
		"registers/*.yaml": {aRegister, aField}, "stages.yaml": {aStage}, "topics.yaml": {aTopic}, "people/*.yaml": {aPerson},
	} {
		for _, src := range l.in(pattern) {
			for _, k := range kinds {
				l.unread[k.EN] = l.unread[k.EN] || !src.Has("")
			}
		}
	}
}

func (l *loader) texts() map[string][]byte {
	t := make(map[string][]byte, len(l.files))
	for name, f := range l.files {
		t[name] = f.text
	}
	return t
}

// definitions decodes files that hold one definition each, or a list of them.
func definitions[T any](l *loader, pattern string) []placed[T] {
	var all []placed[T]
	for _, src := range l.in(pattern) {
		if !src.List() {
			var one T
			cs := src.Decode(&one, l.grammar)
			l.complain(cs...)
			all = append(all, placed[T]{one, src, ""})
			continue
		}
		var many []T
		l.complain(src.Decode(&many, l.grammar)...)
		for i, one := range many {
			all = append(all, placed[T]{one, src, strictyaml.Item("", i)})
		}
	}
	return all
}

// foundations loads what services refer to.
func (l *loader) foundations() {
	c := l.city
	var cs []Complaint
	c.Law, cs = law.Load(l.in("law/*.yaml"))
	l.complain(cs...)
	c.Org, cs = org.Load(l.in("organisations/*.yaml"))
	l.complain(cs...)

	l.certificates = definitions[catalogue.CertificateType](l, "certificates/*.yaml")
	l.registers = definitions[catalogue.Register](l, "registers/*.yaml")
	l.stages = definitions[Stage](l, "stages.yaml")
	l.topics = definitions[Topic](l, "topics.yaml")
	l.purposes = definitions[Purpose](l, "purposes.yaml")
	for _, b := range c.Org.Bodies() {
		l.lookup.bodies = append(l.lookup.bodies, b.ID)
	}
	l.lookup.provisions = c.Law.IDs()
	for _, p := range l.certificates {
		c.Certificates[p.value.ID] = p.value
		l.lookup.certificates = append(l.lookup.certificates, p.value.ID)
	}
	for _, p := range l.registers {
		c.Registers[p.value.ID] = p.value
		l.lookup.registers = append(l.lookup.registers, p.value.ID)
	}
	for _, p := range l.stages {
		c.Stages = append(c.Stages, p.value)
		l.lookup.stages = append(l.lookup.stages, p.value.ID)
	}
	for _, p := range l.topics {
		c.Topics = append(c.Topics, p.value)
		l.lookup.topics = append(l.lookup.topics, p.value.ID)
	}
	for _, p := range l.purposes {
		c.Purposes = append(c.Purposes, p.value)
	}
	l.manifest()
	l.calendars()
	l.checkCertificates()
	l.checkRegisters()
	unique(l, l.stages, "id", func(s Stage) string { return s.ID })
	unique(l, l.topics, "id", func(t Topic) string { return t.ID })
	unique(l, l.purposes, "id", func(p Purpose) string { return p.ID })
	for _, p := range l.purposes {
		l.cites(p.src, p.path, p.value)
	}
}

func (l *loader) synonyms() {
	var services []*catalogue.Service
	for _, s := range l.opened {
		services = append(services, s.def)
	}
	var cs []Complaint
	l.city.Synonyms, cs = synonym.Load(l.in("synonyms.yaml"), services, l.city.Org.Bodies())
	l.complain(cs...)
}

func (l *loader) manifest() {
	for _, src := range l.in("jurisdiction.yaml") {
		l.complain(src.Decode(&l.city.Manifest, l.grammar)...)
		l.body(src, "host.body", l.city.Manifest.Host.Body)
	}
}
