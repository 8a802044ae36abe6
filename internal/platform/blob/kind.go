package blob

import (
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// sniffed is how much of the beginning mimetype looks at.
const sniffed = 3072

// maxPixels is above a photograph of the telephones with 108 megapixels, and 480 MB once it is unpacked:
// more than a server, or an officer's browser, should be made to hold.
const maxPixels = 120_000_000

// kind is a type of file that we know how to look into.
type kind struct {
	media      string
	extensions []string
	check      func(f io.ReadSeeker, size int64) error
}

var kinds = []kind{
	{"application/pdf", []string{".pdf"}, checkPDF},
	{"image/jpeg", []string{".jpg", ".jpeg", ".jpe", ".jfif"}, checkImage(jpeg.DecodeConfig)},
	{"image/png", []string{".png"}, checkImage(png.DecodeConfig)},
}

// kindOf finds the type on which the content, the name and the rule agree.
func kindOf(head []byte, rule Rule) (kind, error) {
	for _, a := range rule.Accept {
		if !slices.ContainsFunc(kinds, func(k kind) bool { return k.media == a }) {
			return kind{}, fmt.Errorf("put upload: nobody here can look into %s", a)
		}
	}
	is := mimetype.Detect(head)
	extension := strings.ToLower(path.Ext(rule.Name))
	for _, k := range kinds {
		if is.Is(k.media) && slices.Contains(k.extensions, extension) && slices.Contains(rule.Accept, k.media) {
			return k, nil
		}
	}
	return kind{}, refuse("upload.wrong-type")
}

// checkImage reads the image's head, where decoders learn how much memory they are to take.
func checkImage(head func(io.Reader) (image.Config, error)) func(io.ReadSeeker, int64) error {
	return func(f io.ReadSeeker, _ int64) error {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("check upload: %w", err)
		}
		c, err := head(f)
		if err != nil {
			return unreadable(err)
		}
		if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPixels {
			return refuse("upload.unreadable")
		}
		return nil
	}
}

// unreadable tells an upload that makes no sense from a disk that fails.
func unreadable(err error) error {
	var j jpeg.FormatError
	var ju jpeg.UnsupportedError
	var p png.FormatError
	var pu png.UnsupportedError
	if errors.As(err, &j) || errors.As(err, &ju) || errors.As(err, &p) || errors.As(err, &pu) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse("upload.unreadable")
	}
	return fmt.Errorf("check upload: %w", err)
}
