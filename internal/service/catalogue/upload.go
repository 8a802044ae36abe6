package catalogue

// usualMB is the greatest size of one file where a material says nothing else.
const usualMB = 20

// Allowed says what may be uploaded for the material: kinds of files as people call them, and the greatest
// size of one in megabytes.
func (m *Material) Allowed() (accept []string, mb int) {
	accept, mb = m.Accept, m.MaxMB
	if len(accept) == 0 {
		accept = []string{"pdf", "jpg", "png"}
	}
	if mb == 0 {
		mb = usualMB
	}
	return accept, mb
}

// Media names kinds of files as the store knows them.
func Media(accept []string) []string {
	names := map[string]string{"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
	types := make([]string, len(accept))
	for i, name := range accept {
		types[i] = name
		if t, ok := names[name]; ok {
			types[i] = t
		}
	}
	return types
}
