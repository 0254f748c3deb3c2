package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
)

// The limits of what is read from a request.
const (
	maxForm   = 1 << 20   // bytes of a form or JSON body
	maxUpload = 100 << 20 // bytes of a form with files
	maxMemory = 4 << 20   // bytes of files kept in memory; the rest goes to disk
)

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
	if err != nil || values == nil {
		return err
	}
	target := reflect.ValueOf(in).Elem()
	var others *rest
	for i := range target.NumField() {
		field, name := target.Field(i), fieldName(target.Type().Field(i))
		switch to := field.Addr().Interface().(type) {
		case *rest:
			others = to
			continue
		case *upload:
			if f := files[name]; len(f) > 0 && f[0].Filename != "" {
				*to = f[0]
			}
			delete(files, name)
			continue
		}
		if target.Type().Field(i).Tag.Get("in") == "path" {
			if err := set(field, name, []string{v.PathValue(name)}); err != nil {
				return err
			}
			continue
		}
		if err := set(field, name, values[name]); err != nil {
			return err
		}
		delete(values, name)
	}
	return leftOver(values, files, others)
}

// leftOver hands the unknown names to rest, or refuses them.
func leftOver(values url.Values, files map[string][]upload, others *rest) error {
	delete(values, formToken)
	if others != nil {
		*others = values
		return nil
	}
	for name := range values {
		return fault.New(fault.Invalid, "web.unknown_field", name).In(name)
	}
	for name := range files {
		return fault.New(fault.Invalid, "web.unknown_field", name).In(name)
	}
	return nil
}

func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// values reads the request's own values. A JSON body is decoded into in at
// once, and nil is returned.
func (v *visit) values(in any) (url.Values, map[string][]upload, error) {
	if v.Method == http.MethodGet || v.Method == http.MethodHead {
		q, err := url.ParseQuery(v.URL.RawQuery)
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "web.query")
		}
		q.Del("lang")
		return q, nil, nil
	}
	switch kind, _, _ := mime.ParseMediaType(v.Header.Get("Content-Type")); kind {
	case "application/json":
		return nil, nil, v.decodeJSON(in)
	case "multipart/form-data":
		v.Body = http.MaxBytesReader(nil, v.Body, maxUpload)
		if err := v.ParseMultipartForm(maxMemory); err != nil {
			return nil, nil, bodyFault(err)
		}
		return v.PostForm, v.MultipartForm.File, nil
	case "application/x-www-form-urlencoded", "":
		v.Body = http.MaxBytesReader(nil, v.Body, maxForm)
		if err := v.ParseForm(); err != nil {
			return nil, nil, bodyFault(err)
		}
		return v.PostForm, nil, nil
	}
	return nil, nil, fault.New(fault.Invalid, "web.content_type", v.Header.Get("Content-Type"))
}

// decodeJSON reads a JSON body: one object, no unknown or repeated names.
func (v *visit) decodeJSON(in any) error {
	body, err := io.ReadAll(http.MaxBytesReader(nil, v.Body, maxForm))
	if err != nil {
		return bodyFault(err)
	}
	if name := repeated(body); name != "" {
		return fault.New(fault.Invalid, "web.twice", name).In(name)
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return fault.New(fault.Invalid, "web.value", wrong.Field).In(wrong.Field)
		}
		return fault.New(fault.Invalid, "web.json", err.Error())
	}
	if d.More() {
		return fault.New(fault.Invalid, "web.json", "more than one value")
	}
	target := reflect.ValueOf(in).Elem()
	for i := range target.NumField() {
		if t := target.Type().Field(i); t.Tag.Get("in") == "path" {
			if err := set(target.Field(i), fieldName(t), []string{v.PathValue(fieldName(t))}); err != nil {
				return err
			}
		}
	}
	return nil
}

// repeated returns a name that an object of the JSON text has twice, or "".
func repeated(text []byte) string {
	type level struct {
		object bool
		names  []string
		key    bool // the next token is a name
	}
	var stack []level
	d := json.NewDecoder(strings.NewReader(string(text)))
	for {
		token, err := d.Token()
		if err != nil {
			return "" // the decoder proper says what is wrong
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				stack = append(stack, level{object: t == '{', key: t == '{'})
				continue
			}
			stack = stack[:len(stack)-1]
		case string:
			if n := len(stack) - 1; n >= 0 && stack[n].object && stack[n].key {
				if slices.Contains(stack[n].names, t) {
					return t
				}
				stack[n].names, stack[n].key = append(stack[n].names, t), false
				continue
			}
		}
		if n := len(stack) - 1; n >= 0 && stack[n].object {
			stack[n].key = true
		}
	}
}

func bodyFault(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Invalid, "web.too_large").Because(err)
	}
	return fault.New(fault.Invalid, "web.body").Because(err)
}

// set stores the values of one name in a field: a string, a whole number, yes
// or no, or a list of strings.
func set(field reflect.Value, name string, values []string) error {
	if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.String {
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
		field.SetBool(text == "on" || text == "true" || text == "1")
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
