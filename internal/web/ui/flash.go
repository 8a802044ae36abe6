package ui

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// Flash is a message carried over one redirect in a signed cookie. It holds a text key and values, so
// that the page that shows it decides the language.
type Flash struct {
	Key  string   `json:"k"`
	Args []string `json:"a,omitempty"`
	Good bool     `json:"g,omitempty"`
}

const flashCookie = "tb_notice"

func (k *Kit) setFlash(w http.ResponseWriter, f Flash) {
	raw, err := json.Marshal(f)
	if err != nil {
		return // strings always marshal
	}
	value := base64.RawURLEncoding.EncodeToString(raw)
	mac := base64.RawURLEncoding.EncodeToString(k.mac("ui.notice", []byte(value)))
	http.SetCookie(w, k.cookie(flashCookie, value+"."+mac, 60))
}

func (k *Kit) flashOf(r *http.Request) *Flash {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	value, mac, ok := strings.Cut(c.Value, ".")
	if !ok {
		return nil
	}
	sum, err := base64.RawURLEncoding.DecodeString(mac)
	if err != nil || !hmac.Equal(sum, k.mac("ui.notice", []byte(value))) {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return nil
	}
	var f Flash
	if json.Unmarshal(raw, &f) != nil {
		return nil
	}
	return &f
}

func (k *Kit) clearFlash(w http.ResponseWriter) { http.SetCookie(w, k.cookie(flashCookie, "", -1)) }

// cookie makes a cookie of this site; age is in seconds, 0 until the browser closes, below 0 to remove.
func (k *Kit) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: k.secure, SameSite: http.SameSiteLaxMode}
}
