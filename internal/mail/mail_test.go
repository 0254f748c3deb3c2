package mail_test

import (
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"mime"
	netmail "net/mail"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/job"
	"shenbao/internal/mail"
)

var from = &netmail.Address{Name: "申报平台", Address: "noreply@sb.example.org"}

var letter = mail.Letter{ID: "0190a1", To: "li@unit.example.org", Subject: "请设置新口令", Body: "点击链接：\nhttps://sb.example.org/reset/abc\n"}

// read takes a letter apart as a mail program does.
func read(t *testing.T, text string) (h netmail.Header, body string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	raw, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, strings.ReplaceAll(string(raw), "\r\n", "\n")
}

// same checks that a letter that travelled is the one that was sent.
func same(t *testing.T, text string, want mail.Letter) {
	t.Helper()
	h, body := read(t, text)
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != want.Subject || body != want.Body {
		t.Errorf("subject %q (%v), body %q", subject, err, body)
	}
	sender, err := h.AddressList("From")
	if err != nil || *sender[0] != *from {
		t.Errorf("from %v, %v", sender, err)
	}
	for name, value := range map[string]string{"To": "<" + want.To + ">", "Message-Id": "<" + want.ID + "@sb.example.org>",
		"Auto-Submitted": "auto-generated", "Content-Type": "text/plain; charset=UTF-8"} {
		if h.Get(name) != value {
			t.Errorf("%s: %q, want %q", name, h.Get(name), value)
		}
	}
}

func TestSMTP(t *testing.T) {
	s := newServer(t, true)
	sender, err := mail.NewSMTP("smtp://post:secret@mail.example.org", from)
	if err != nil {
		t.Fatal(err)
	}
	sender.Redirect(s.address, s.trust)
	if err := sender.Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	got := s.letters()
	if len(got) != 1 || s.plain || len(s.auth) != 1 {
		t.Fatalf("%d letters, without encryption: %v, auth %v", len(got), s.plain, s.auth)
	}
	same(t, got[0], letter)
}

// Without encryption, or with a certificate that is not the server's, nothing
// leaves; to this machine itself a letter goes as the server takes it.
func TestEncryptionIsRequired(t *testing.T) {
	plain := newServer(t, false)
	sender, err := mail.NewSMTP("smtp://mail.example.org:25", from)
	if err != nil {
		t.Fatal(err)
	}
	sender.Redirect(plain.address, plain.trust)
	if err := sender.Send(t.Context(), letter); err == nil {
		t.Error("a letter left without encryption")
	}
	stranger := newServer(t, true)
	sender.Redirect(stranger.address, plain.trust)
	if err := sender.Send(t.Context(), letter); err == nil {
		t.Error("a letter left to a stranger")
	}
	own, err := mail.NewSMTP("smtp://"+plain.address, from)
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Send(t.Context(), letter); err != nil || len(plain.letters()) != 1 || len(stranger.letters()) != 0 {
		t.Errorf("to this machine: %v; %d and %d letters", err, len(plain.letters()), len(stranger.letters()))
	}
}

func TestARefusalNamesNobody(t *testing.T) {
	for _, c := range []struct {
		verb, answer string
		permanent    bool
	}{
		{"RCPT", "550 5.1.1 no li@unit.example.org here", true},
		{"RCPT", "451 4.2.0 li@unit.example.org is busy", false},
		{"MAIL", "550 5.7.1 we do not know you", false},
		{"DATA", "554 5.6.0 li@unit.example.org never", false},
	} {
		s := newServer(t, false)
		s.refuse[c.verb] = c.answer
		sender, err := mail.NewSMTP("smtp://"+s.address, from)
		if err != nil {
			t.Fatal(err)
		}
		err = sender.Send(t.Context(), letter)
		if err == nil || strings.Contains(err.Error(), "li@") || !strings.Contains(err.Error(), c.answer[:3]) {
			t.Errorf("%s: %v", c.answer, err)
		}
		if got := reflect.TypeOf(err) == reflect.TypeOf(job.Permanent(io.EOF)); got != c.permanent {
			t.Errorf("%s: permanent %v", c.answer, got)
		}
	}
}

func TestServersAddress(t *testing.T) {
	for _, address := range []string{"", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://a:b:c", "smtp://mail.example.org:x"} {
		if _, err := mail.NewSMTP(address, from); err == nil || fault.Of(err).Key != "mail.server" {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// hostile are letters that would say more than they should.
var hostile = []mail.Letter{
	{ID: "1", To: "li@unit.example.org\r\nBcc: all@example.org", Subject: "x"},
	{ID: "1", To: "li@unit.example.org", Subject: "x\r\nBcc: all@example.org"},
	{ID: "1", To: "li@unit.example.org", Subject: "x\nbody"},
	{ID: "1", To: "li@unit.example.org", Subject: "x\x00y"},
	{ID: "1\r\nX: y", To: "li@unit.example.org", Subject: "x"},
	{ID: "1", To: "li@unit.example.org, all@example.org", Subject: "x"},
	{ID: "1", To: "Li <li@unit.example.org>", Subject: "x"},
	{ID: "1", To: "nobody", Subject: "x"},
	{ID: "1", To: "", Subject: "x"},
}

func TestHeadersCannotBeSmuggled(t *testing.T) {
	s := newServer(t, false)
	server, err := mail.NewSMTP("smtp://"+s.address, from)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	folder, err := mail.NewFolder(dir, from)
	if err != nil {
		t.Fatal(err)
	}
	memory := &mail.Memory{}
	for _, sender := range []mail.Sender{server, folder, memory} {
		for _, l := range hostile {
			if err := sender.Send(t.Context(), l); err == nil || fault.Of(err).Kind != fault.Invalid {
				t.Errorf("%T sent %q to %q: %v", sender, l.Subject, l.To, err)
			}
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 || len(s.letters()) != 0 || len(memory.Letters()) != 0 {
		t.Errorf("%d files (%v), %d and %d letters", len(left), err, len(s.letters()), len(memory.Letters()))
	}
	// In a body nothing is special.
	l := letter
	l.Body = "Bcc: all@example.org\n\n.\nQUIT\n"
	if err := server.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	same(t, s.letters()[0], l)
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	f, err := mail.NewFolder(dir, from)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // at least once is one file
		if err := f.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 1 || filepath.Base(names[0]) != "0190a1.eml" {
		t.Fatalf("files %v, %v", names, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(text), letter)
}

// A letter leaves after its cause, with the job's id, and not at all when it is
// to nobody.
func TestHandle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const greet job.Kind[string] = "test.greet"
		post := &mail.Memory{}
		r := job.New(d, job.Settings{Log: slog.New(slog.DiscardHandler)})
		mail.Handle(r, greet, post, func(_ context.Context, to string) (mail.Letter, error) {
			return mail.Letter{To: to, Subject: "问候", Body: "您好"}, nil
		})
		_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
			for _, to := range []string{"a@example.org", "", "b@example.org", "b@example.org", "no address"} {
				if err := job.Enqueue(t.Context(), tx, greet, to, job.Options{Key: "greet " + to}); err != nil {
					return 0, err
				}
			}
			return 0, tx.Record(t.Context(), "test.cause", "test:1", nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(post.Letters()) != 0 {
			t.Error("a letter left before its cause")
		}
		r.Drain(context.Background())
		got := post.Letters()
		if len(got) != 2 || got[0].To != "a@example.org" || got[1].To != "b@example.org" || len(got[0].ID) != 32 || got[0].ID == got[1].ID {
			t.Errorf("letters %+v", got)
		}
		dead, err := db.View(t.Context(), d, func(r db.Reader) ([]job.Job, error) { return job.List(t.Context(), r, job.Dead, "", 9) })
		if err != nil || len(dead) != 1 || strings.Contains(dead[0].Error, "no address") {
			t.Errorf("dead %+v, %v", dead, err)
		}
	})
}
