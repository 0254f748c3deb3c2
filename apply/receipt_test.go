package apply_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"os"

	"golang.org/x/mod/sumdb/note"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/journal"
)

// contents reads a version, or the draft, as somebody.
func (h *house) contents(who string, id apply.ID, number int64) (*apply.Content, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Content, error) {
		s, err := apply.Find(h.Context(), r, h.Staff[who], id)
		if err != nil {
			return nil, err
		}
		return h.Office.Contents(h.Context(), r, h.Staff[who], s, number)
	})
}

// prove reads the proof of a version.
func (h *house) prove(v *apply.Version) (*apply.Proof, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Proof, error) { return v.Prove(h.Context(), r) })
}

func (h *house) seal() {
	h.Helper()
	_, err := (&journal.Sealer{DB: h.DB, Key: h.Office.Sign}).Seal(h.Context())
	h.must(err)
}

// others are bytes that stand in for one: its neighbours, and what texts are
// made of.
func others(b byte) []byte { return []byte{b ^ 1, b ^ 0x20, b + 1, ' ', '\n', '0', 'A'} }

func TestReceipt(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	v := h.submitted(h.Ready())
	r, err := apply.OpenReceipt(v.Receipt, h.Public)
	if err != nil || r.Application != v.Application || r.Number != 1 || r.Manifest != v.Hash || r.Line != v.Line || !r.Received.Equal(v.Received) || !r.Entered.Equal(v.Submitted) {
		t.Fatalf("%+v, %v", r, err)
	}
	for name, text := range map[string]string{"Windows": strings.ReplaceAll(v.Receipt, "\n", "\r\n"), "cut": strings.TrimSuffix(v.Receipt, "\n")} {
		if _, err := apply.OpenReceipt(text, h.Public); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range len(v.Receipt) - 1 {
		for _, b := range others(v.Receipt[i]) {
			if b == v.Receipt[i] {
				continue
			}
			if _, err := apply.OpenReceipt(v.Receipt[:i]+string(b)+v.Receipt[i+1:], h.Public); key(err) != "apply.receipt" {
				t.Errorf("byte %d %q changed to %q: %v", i, v.Receipt[i], b, err)
			}
		}
		if _, err := apply.OpenReceipt(v.Receipt[:i]+v.Receipt[i+1:], h.Public); err == nil {
			t.Errorf("byte %d left out: accepted", i)
		}
	}
	_, public, err := note.GenerateKey(rand.Reader, "shenbao-journal")
	h.must(err)
	stranger, err := note.NewVerifier(public)
	h.must(err)
	if _, err := apply.OpenReceipt(v.Receipt, note.VerifierList(stranger)); key(err) != "apply.receipt" {
		t.Errorf("another platform's key: %v", err)
	}
}

func TestProof(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.Ready()
	v := h.submitted(id)
	if _, err := h.prove(v); key(err) != "journal.not_sealed" {
		t.Fatalf("before it is sealed: %v", err)
	}
	h.seal()
	p, err := h.prove(v)
	h.must(err)
	file, err := p.File()
	h.must(err)
	proved, err := apply.OpenProof(file, h.Public)
	if err != nil || proved.Manifest != v.Hash || proved.Seq < 1 || proved.Size < proved.Seq || !apply.IsProof(file) {
		t.Fatalf("%+v, %v", proved, err)
	}
	for i := range len(file) - 1 {
		for _, b := range others(file[i])[i%5 : i%5+3] {
			if b == file[i] {
				continue
			}
			changed := bytes.Clone(file)
			changed[i] = b
			if _, err := apply.OpenProof(changed, h.Public); err == nil {
				t.Errorf("byte %d %q changed to %q: accepted", i, file[i], b)
			}
		}
	}
	for _, one := range []string{"", "{}", `{"receipt":""}`, "null", string(file) + "{}", string(file[:len(file)/2])} {
		if _, err := apply.OpenProof([]byte(one), h.Public); err == nil {
			t.Errorf("%.30q: accepted", one)
		}
	}

	// Parts of two proofs make none.
	_, err = h.withdraw("host admin", apply.Recall{Application: id})
	h.must(err)
	again := h.submitted(id)
	h.seal()
	second, err := h.prove(again)
	h.must(err)
	for name, mixed := range map[string]apply.Proof{
		"receipt":   {Receipt: second.Receipt, Manifest: p.Manifest, Inclusion: p.Inclusion},
		"manifest":  {Receipt: p.Receipt, Manifest: second.Manifest, Inclusion: p.Inclusion},
		"inclusion": {Receipt: p.Receipt, Manifest: p.Manifest, Inclusion: second.Inclusion},
		"no line":   {Receipt: p.Receipt, Manifest: p.Manifest, Inclusion: &journal.Receipt{}},
	} {
		text, err := mixed.File()
		h.must(err)
		if _, err := apply.OpenProof(text, h.Public); err == nil {
			t.Errorf("another version's %s: accepted", name)
		}
	}
	// Without the payload the line does not say what it is about.
	bare := *p.Inclusion
	bare.Salt, bare.Payload = "", ""
	text, err := (&apply.Proof{Receipt: p.Receipt, Manifest: p.Manifest, Inclusion: &bare}).File()
	h.must(err)
	if _, err := apply.OpenProof(text, h.Public); key(err) != "apply.receipt" {
		t.Errorf("a line without its content: %v", err)
	}
}

// numbers are identity numbers, as anybody would recognise them.
var numbers = regexp.MustCompile(`[1-9]\d{5}(19|20)\d{2}[01]\d[0-3]\d{4}[\dX]`)

// TestPapersOfAVersion reads the application and the receipt back, and asks that
// no identity number is on either, nor in the proof.
func TestPapersOfAVersion(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.Ready()
	v := h.submitted(id)
	h.seal()
	c, err := h.contents("province officer", id, 1)
	h.must(err)
	how := apply.Printing{Lang: "zh", Base: "https://sb.example.gov.cn"}
	body, err := how.Print(t.Context(), c)
	h.must(err)
	text := read(t, body)
	for _, want := range []string{h.Host.Name, c.Name, v.Hash, "第1次提交", "固定人员"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not on the application", want)
		}
	}
	again, err := h.contents("host admin", id, 1)
	h.must(err)
	if same, err := how.Print(context.Background(), again); err != nil || !bytes.Equal(body, same) {
		t.Errorf("another reader gets other bytes, %v", err)
	}
	p, err := h.prove(v)
	h.must(err)
	proof, err := json.Marshal(p)
	h.must(err)
	if found := numbers.FindString(text + string(proof) + v.Receipt); found != "" {
		t.Errorf("an identity number: %s", found)
	}

	for range 60 {
		v.Manifest.Parts = append(v.Manifest.Parts, apply.Part{Kind: apply.FilePart, Name: "x/" + strings.Repeat("长", 80), Hash: v.Hash, Size: 1 << 20})
	}
	v.Manifest.Name = strings.Repeat("长名😀", 200)
	for _, lang := range []string{"zh", "en"} {
		body, err = apply.Printing{Lang: lang, Base: how.Base}.PrintReceipt(t.Context(), c, v)
		h.must(err)
		if n := strings.Count(string(body), "/Type /Page\n"); n != 1 {
			t.Errorf("%s: the receipt has %d pages", lang, n)
		}
	}
	if dir := os.Getenv("PRINT_DIR"); dir != "" {
		h.must(os.WriteFile(filepath.Join(dir, "receipt.pdf"), body, 0o600))
	}
	text = read(t, body)
	for _, want := range []string{v.Hash, "Receiptofsubmission", strings.Split(v.Receipt, "\n")[4][len("manifest "):], v.Line} {
		if !strings.Contains(text, strings.Join(strings.Fields(want), "")) {
			t.Errorf("%s is not on the receipt", want)
		}
	}
}

// read is the text of a document without white space.
func read(t *testing.T, body []byte) string {
	t.Helper()
	path, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("needs pdftotext (Debian package poppler-utils)")
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "-raw", "-enc", "UTF-8", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), "")
}

// TestWhoSeesTheDraft keeps what is being mended from those who judge.
func TestWhoSeesTheDraft(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.Ready()
	h.submitted(id)
	_, err := h.giveBack("province officer", apply.SendingBack{Application: id, Reason: "请补正"})
	h.must(err)
	for who, want := range map[string]string{"host editor": "", "partner editor": "", "province officer": "apply.no_version", "programme officer": "apply.no_version", "other admin": "apply.missing"} {
		c, err := h.contents(who, id, 0)
		h.want(who+" and the draft", err, want)
		if err == nil && (!c.Draft() || c.Hash == "") {
			t.Errorf("%s: %+v", who, c)
		}
		if want != "apply.missing" {
			_, err = h.contents(who, id, 1)
			h.want(who+" and the version", err, "")
		}
	}
	_, err = h.contents("host editor", id, 2)
	h.want("a version that is not there", err, "apply.no_version")
}
