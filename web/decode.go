package web

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"shenbao/internal/fault"
)

// The limits of what is read from a request.
const (
	maxForm   = 1 << 20   // bytes of a form or JSON body
	maxSmall  = 16 << 10  // bytes of one that only names what was sent before
	maxUpload = 100 << 20 // bytes of a form with files
	maxMemory = 4 << 20   // bytes of files kept in memory; the rest goes to disk
)

// octets is a body of bytes as they are, read as it comes; its Reader is nil when
// the request brought another kind of body. Everything else that such a request
// says stands in its query.
type octets struct{ io.Reader }

// octetType is the content type of such a body. No form of another site can
// send it.
const octetType = "application/octet-stream"

// upload is a file sent with a form; it is nil when none was chosen.
type upload = *multipart.FileHeader

// rest takes every value that no other field asks for: a form that a package
// declares has fields which the program does not know.
type rest = url.Values

// exact is a text taken as it was typed, spaces and all: a password.
type exact string

// formToken is the field that carries the token against forged forms.
const formToken = "form_token"

// decode fills in from path, query and body. A struct's fields are named by
// their json tags; `in:"path"` takes one from the path. A name that the struct
// does not have, a name given twice and a value of the wrong type are refused.
func (v *visit) decode(in any) error {
	values, files, err := v.values(in)
	if err != nil {
		return err
	}
	target := reflect.ValueOf(in).Elem()
	var others *rest
	for i := range target.NumField() {
		field, name := target.Field(i), fieldName(target.Type().Field(i))
		switch to := field.Addr().Interface().(type) {
		case *octets:
			if v.bodyOctets() {
				to.Reader = received{http.MaxBytesReader(nil, v.Body, maxUpload)}
			}
			continue
		case *rest:
			others = to
			continue
		case *upload:
			if err := choose(to, name, files[name]); err != nil {
				return err
			}
			delete(files, name)
			if slices.Equal(values[name], []string{""}) {
				delete(values, name) // so a browser sends a box in which no file was chosen
			}
			continue
		}
		if target.Type().Field(i).Tag.Get("in") == "path" {
			if err := set(field, name, []string{v.PathValue(name)}); err != nil {
				return fault.New(fault.Missing, "web.no_page")
			}
			continue
		}
		if err := set(field, name, values[name]); err != nil {
			return err
		}
		delete(values, name)
	}
	if v.bodyJSON() {
		return nil // decoded already, strictly
	}
	return leftOver(values, files, others)
}

// choose stores the file that was sent under a name, if one was.
func choose(to *upload, name string, files []upload) error {
	if len(files) > 1 {
		return fault.New(fault.Invalid, "web.twice", name).In(name)
	}
	if len(files) == 1 && files[0].Filename != "" {
		files[0].Filename = fileName(files[0].Filename)
		*to = files[0]
	}
	return nil
}

// leftOver hands the unknown names to rest, or refuses them.
func leftOver(values url.Values, files map[string][]upload, others *rest) error {
	delete(values, formToken)
	for name := range files {
		return fault.New(fault.Invalid, "web.unknown_field", name).In(name)
	}
	for name, all := range values {
		if others == nil {
			return fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
		if !readable(append(all, name)...) {
			return fault.New(fault.Invalid, "web.characters").In(name)
		}
	}
	if others != nil {
		*others = values
	}
	return nil
}

// readable reports whether texts are UTF-8 and hold no NUL, which no database
// takes.
func readable(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) })
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// jsonType is the content type of the JSON API.
const jsonType = "application/json"

// kind is the content type of the request's body, without its parameters.
func (v *visit) kind() string {
	kind, _, _ := mime.ParseMediaType(v.Header.Get("Content-Type"))
	return kind
}

// bodyJSON reports whether the request brings a JSON body.
func (v *visit) bodyJSON() bool { return v.Method == http.MethodPost && v.kind() == jsonType }

// bodyOctets reports whether the request brings bytes to a route that takes them.
func (v *visit) bodyOctets() bool { return v.octets && v.kind() == octetType }

// received is a body whose errors are faults: the sender's doing.
type received struct{ body io.Reader }

// Read implements io.Reader.
func (r received) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	if err != nil && err != io.EOF {
		err = bodyFault(err)
	}
	return n, err
}

// values reads the request's own values. A JSON body is decoded into in at
// once, and there are none.
func (v *visit) values(in any) (url.Values, map[string][]upload, error) {
	if v.Method != http.MethodPost || v.bodyOctets() && in != nil {
		q, err := url.ParseQuery(v.URL.RawQuery)
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "web.query")
		}
		q.Del(langCookie)
		return q, nil, nil
	}
	defer v.read()
	limit := v.most
	if v.uploads {
		limit = v.largest
	}
	switch v.kind() {
	case jsonType:
		return nil, nil, v.decodeJSON(in)
	case "multipart/form-data":
		if v.MultipartForm == nil {
			v.Body = http.MaxBytesReader(nil, v.Body, limit)
			if err := v.ParseMultipartForm(maxMemory); err != nil {
				return nil, nil, bodyFault(err)
			}
		}
		return maps.Clone(v.PostForm), maps.Clone(v.MultipartForm.File), nil
	case "application/x-www-form-urlencoded", "":
		if v.PostForm == nil {
			v.Body = http.MaxBytesReader(nil, v.Body, v.most)
			if err := v.ParseForm(); err != nil {
				return nil, nil, bodyFault(err)
			}
		}
		return maps.Clone(v.PostForm), nil, nil
	}
	return nil, nil, fault.New(fault.Invalid, "web.content_type", v.kind())
}

// read notes when the body was fully read.
func (v *visit) read() {
	if v.Received.IsZero() {
		v.Received = v.Server.DB.Clock.Now()
	}
}

// decodeJSON reads a JSON body: one object, nothing after it.
func (v *visit) decodeJSON(in any) error {
	body, err := io.ReadAll(http.MaxBytesReader(nil, v.Body, v.most))
	if err != nil {
		return bodyFault(err)
	}
	if !utf8.Valid(body) {
		return fault.New(fault.Invalid, "web.characters")
	}
	if err := strict(body, reflect.TypeOf(in).Elem()); err != nil {
		return err
	}
	if err := json.Unmarshal(body, in); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fault.New(fault.Invalid, "web.value", wrong.Field).In(wrong.Field)
		}
		return fault.New(fault.Invalid, "web.json", err.Error())
	}
	return nil
}

func bodyFault(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Invalid, "web.too_large").Because(err)
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fault.New(fault.Internal, "blob.full").Because(err)
	}
	return fault.New(fault.Invalid, "web.body").Because(err)
}

// set stores the values of one name in a field: a string, a whole number, yes
// or no, or a list of strings.
func set(field reflect.Value, name string, values []string) error {
	if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.String {
		if !readable(values...) {
			return fault.New(fault.Invalid, "web.characters").In(name)
		}
		for _, one := range values {
			field.Set(reflect.Append(field, reflect.ValueOf(one).Convert(field.Type().Elem())))
		}
		return nil
	}
	if len(values) == 0 {
		return nil
	}
	if len(values) > 1 {
		return fault.New(fault.Invalid, "web.twice", name).In(name)
	}
	if !readable(values[0]) {
		return fault.New(fault.Invalid, "web.characters").In(name)
	}
	if field.Type() == reflect.TypeFor[exact]() {
		field.SetString(values[0])
		return nil
	}
	text := strings.TrimSpace(values[0])
	switch field.Kind() {
	case reflect.String:
		field.SetString(strings.ReplaceAll(text, "\r\n", "\n"))
		return nil
	case reflect.Bool:
		on := slices.Contains([]string{"on", "true", "1"}, text)
		if !on && !slices.Contains([]string{"", "off", "false", "0"}, text) {
			return fault.New(fault.Invalid, "web.value", name).In(name)
		}
		field.SetBool(on)
		return nil
	case reflect.Int, reflect.Int64:
		if text == "" {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "web.number", text).In(name)
		}
		field.SetInt(n)
		return nil
	}
	return fault.New(fault.Internal, fault.Unforeseen)
}
