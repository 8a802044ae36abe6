package ui

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tongban/internal/platform/fault"
)

// A post that came after its session ran out is kept in the person's own browser, sealed so that only
// we can read it, for keptFor. Nothing of a person who is not signed in is stored with us.
const (
	keptCookie = "tb_kept"
	keptFor    = 30 * time.Minute
	keptPiece  = 3800 // a cookie may have 4096 bytes, name and attributes included
	keptPieces = 2    // proxies commonly allow 8 KB of headers
)

type keptPost struct {
	Path string     `json:"p"`
	Form url.Values `json:"f"`
	At   int64      `json:"t"`
	File bool       `json:"u,omitempty"` // files were part of it and are not kept
}

// keep seals the form of the request into cookies and reports whether it went in.
func (k *Kit) keep(w http.ResponseWriter, r *http.Request) bool {
	u := From(r)
	if r.PostForm == nil {
		if err := r.ParseMultipartForm(bodyLimit); err != nil && err != http.ErrNotMultipart {
			return false
		}
	}
	post := keptPost{Path: u.Here(), Form: r.PostForm, At: k.now().Unix(), File: r.MultipartForm != nil && len(r.MultipartForm.File) > 0}
	plain, err := json.Marshal(post)
	if err != nil {
		return false
	}
	var packed bytes.Buffer
	z, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is valid
	_, _ = z.Write(plain)
	_ = z.Close()
	sealed, err := k.seal(packed.Bytes())
	if err != nil {
		return false
	}
	value := base64.RawURLEncoding.EncodeToString(sealed)
	if len(value) > keptPiece*keptPieces {
		return false
	}
	for i := range keptPieces {
		piece := value[min(i*keptPiece, len(value)):min((i+1)*keptPiece, len(value))]
		age := int(keptFor.Seconds())
		if piece == "" {
			age = -1
		}
		http.SetCookie(w, k.cookie(keptCookie+strconv.Itoa(i), piece, age))
	}
	return true
}

// kept shows, after signing in, that nothing was lost, with one button that posts it again. The handler
// that receives it decides whether this person may.
func (k *Kit) kept(w http.ResponseWriter, r *http.Request) error {
	u := From(r)
	if !u.SignedIn() {
		return fault.New(fault.Denied, "denied")
	}
	value := ""
	for i := range keptPieces {
		value += cookieValue(r, keptCookie+strconv.Itoa(i))
	}
	post, ok := k.unseal(value)
	if !ok || k.now().Sub(time.Unix(post.At, 0)) > keptFor || !local(post.Path) {
		return u.See(w, r, "/me")
	}
	for i := range keptPieces {
		http.SetCookie(w, k.cookie(keptCookie+strconv.Itoa(i), "", -1))
	}
	u.flash = nil
	return u.Render(w, r, http.StatusOK, Page{Title: u.T("session.kept.title"), NoIndex: true, Body: keptPage(u, post)})
}

func (k *Kit) seal(plain []byte) ([]byte, error) {
	box, err := k.box()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(plain)+box.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return box.Seal(nonce, nonce, plain, nil), nil
}

func (k *Kit) unseal(value string) (keptPost, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	box, err2 := k.box()
	if err != nil || err2 != nil || len(sealed) < box.NonceSize() {
		return keptPost{}, false
	}
	packed, err := box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], nil)
	if err != nil {
		return keptPost{}, false
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), bodyLimit))
	if err != nil {
		return keptPost{}, false
	}
	var post keptPost
	if json.Unmarshal(plain, &post) != nil {
		return keptPost{}, false
	}
	return post, true
}

func (k *Kit) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.mac("ui.kept", []byte("AES-256-GCM"))[:32])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
