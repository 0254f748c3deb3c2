package intake_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/internal/locale"
)

// look checks a file and returns what it is with its warnings, or the key of
// the fault; of a fault inside an archive, the key inside too.
func look(t testing.TB, name string, file []byte, rules intake.Rules) string {
	t.Helper()
	found, err := intake.Look(t.Context(), bytes.NewReader(file), int64(len(file)), name, rules)
	if err == nil {
		out := string(found.Kind)
		for _, w := range found.Warnings {
			out += " " + strings.TrimPrefix(w.Key, "intake.warn.")
			readable(t, w.Key, w.Args)
			for _, a := range w.Args {
				out += fmt.Sprintf("(%v)", a)
			}
		}
		return out
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != "file" || found != nil {
		t.Fatalf("%v is no fault of the file", err)
	}
	readable(t, f.Key, f.Args)
	out := strings.TrimPrefix(f.Key, "intake.")
	for _, a := range f.Args {
		if inner, ok := a.(*fault.Fault); ok {
			out += ": " + strings.TrimPrefix(inner.Key, "intake.")
		}
	}
	return "! " + out
}

var unfilled = regexp.MustCompile(`\{\d\}|intake\.|%!`)

// readable checks that a person can read a message in both languages.
func readable(t testing.TB, key string, args []any) {
	t.Helper()
	for _, lang := range []string{"zh", "en"} {
		if text := locale.Text(lang, key, args...); unfilled.MatchString(text) || len(text) < 10 {
			t.Errorf("%s reads %q", key, text)
		}
	}
}

type hostile struct {
	name, file string // what it is; the name that it is uploaded under
	content    []byte
	want       string
}

func check(t *testing.T, cases []hostile) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := look(t, c.file, c.content, intake.Rules{}); got != c.want {
				t.Errorf("%s is %q, want %q", c.file, got, c.want)
			}
		})
	}
}

func TestSoundFiles(t *testing.T) {
	check(t, []hostile{
		{"PDF", "方案.pdf", printed(""), "pdf"},
		{"an ending in capitals", "A.PDF", printed(""), "pdf"},
		{"no ending", "方案", printed(""), "pdf"},
		{"Word", "a.docx", word(t, "一"), "docx"},
		{"workbook", "a.xlsx", workbook(t), "xlsx"},
		{"slides", "a.pptx", slides(t), "pptx"},
		{"old Word", "a.doc", compound("", entry{name: "WordDocument", text: "\xec\xa5"}), "doc"},
		{"Word by WPS", "a.wps", compound("", entry{name: "WordDocument", text: "\xec\xa5"}), "doc"},
		{"old workbook", "a.xls", compound("", entry{name: "Workbook", text: "\x09\x08\x04\x00\x00\x06\x05\x00\x85\x00\x00\x00"}), "xls"},
		{"old slides", "a.ppt", compound("", entry{name: "PowerPoint Document"}), "ppt"},
		{"PNG", "a.png", asPNG(t, 8, 8), "png"},
		{"JPEG", "a.jpg", asJPEG(t, 8, 8), "jpeg"},
		{"JPEG with a film behind it", "a.jpeg", append(asJPEG(t, 8, 8), film("mp42")...), "jpeg"},
		{"GIF", "a.gif", asGIF(t, 8, 8), "gif"},
		{"MP4", "a.mp4", film("isom"), "mp4"},
		{"QuickTime", "a.mov", film("qt  "), "mov"},
		{"text", "a.txt", []byte("申报书\r\n"), "txt"},
		{"text with a mark", "a.csv", []byte("\ufeff单位,金额\n"), "txt"},
		{"text in GBK", "a.txt", []byte("\xc9\xea\xb1\xa8\xca\xe9"), "txt"},
		{"text in UTF-16", "a.txt", []byte("\xff\xfe3uJS"), "txt"},
		{"text that speaks of HTML", "a.txt", []byte("如何写 <script> 标签"), "txt"},
		{"ZIP", "a.zip", archive(t, entry{name: "资料/一.txt", text: "一"}, entry{name: "二.pdf", text: string(printed(""))}), "zip"},
		{"ZIP with a workbook", "a.zip", archive(t, entry{name: "a.xlsx", text: string(workbook(t))}), "zip"},
		{"OFD", "a.ofd", archive(t, entry{name: "OFD.xml", text: `<?xml version="1.0"?><ofd:OFD xmlns:ofd="x"/>`}), "ofd"},
		{"OpenDocument", "a.odt", archive(t, entry{name: "mimetype", text: "application/vnd.oasis.opendocument.text"}, entry{name: "content.xml", text: "<a/>"}), "odt"},
		{"a drawing in Word", "a.docx", word(t, "", entry{name: "word/media/image1.svg", text: "<svg/>"}), "docx"},
	})
}

func TestPages(t *testing.T) {
	two := strings.Replace(string(printed("", "<< /Type /Page /Parent 2 0 R >>")), "/Kids [3 0 R] /Count 1", "/Kids [3 0 R 4 0 R] /Count 2", 1)
	for want, file := range map[int][]byte{
		1: printed(""),
		2: []byte(two),
		3: word(t, "", entry{name: "docProps/app.xml", text: "<Properties><Pages>3</Pages></Properties>"}),
	} {
		found, err := intake.Look(t.Context(), bytes.NewReader(file), int64(len(file)), "", intake.Rules{})
		if err != nil || found.Pages != want {
			t.Errorf("%+v, %v; want %d pages", found, err, want)
		}
	}
	file := slides(t)
	found, err := intake.Look(t.Context(), bytes.NewReader(file), int64(len(file)), "", intake.Rules{})
	if err != nil || found.Pages != 2 || found.Type != ooxml+"presentationml.presentation" {
		t.Errorf("%+v, %v", found, err)
	}
}

// What is asked for, how large, and under which name.
func TestRules(t *testing.T) {
	pdf, big := printed(""), intake.Rules{MaxBytes: 1000}
	only := func(formats ...string) intake.Rules { return intake.Rules{Kinds: intake.Kinds(formats)} }
	for _, c := range []struct {
		name, file string
		content    []byte
		rules      intake.Rules
		want       string
	}{
		{"as asked", "a.pdf", pdf, only("pdf"), "pdf"},
		{"one of two", "a.pptx", slides(t), only("pptx", "ppt"), "pptx"},
		{"jpg means JPEG", "a.jpg", asJPEG(t, 2, 2), only("jpg", "png"), "jpeg"},
		{"another kind", "a.docx", word(t, ""), only("pdf"), "! kind"},
		{"another kind under the right name", "a.pdf", word(t, ""), only("pdf"), "! kind"},
		{"a format that nobody knows takes nothing", "a.pdf", pdf, only("dwg"), "! kind"},
		{"right kind, wrong ending", "a.docx", pdf, only("pdf"), "! ending"},
		{"too large", "a.pdf", append(pdf, make([]byte, 1000)...), big, "! large"},
		{"not too large", "a.pdf", pdf[:0:0], big, "! empty"},
		{"RAR where PDF is asked for", "a.rar", []byte("Rar!\x1a\x07\x01\x00 "), only("pdf"), "! kind"},
		{"RAR where it is asked for", "a.rar", []byte("Rar!\x1a\x07\x01\x00 "), intake.Rules{Kinds: []intake.Kind{"packed"}}, "! unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := look(t, c.file, c.content, c.rules); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if got := fmt.Sprint(intake.Kinds([]string{".PDF", "jpg", "JPEG", "ppt", "dwg"})); got != "[pdf jpeg ppt dwg]" {
		t.Error(got)
	}
	if intake.Kinds(nil) != nil {
		t.Error("no formats are some kinds")
	}
	_, err := intake.Look(t.Context(), bytes.NewReader(pdf), int64(len(pdf))+1, "a.pdf", intake.Rules{})
	if f := fault.Of(err); f.Key != "intake.incomplete" {
		t.Error("an upload that did not arrive whole: ", err)
	}
	_, err = intake.Look(t.Context(), bytes.NewReader(word(t, "")), int64(len(word(t, ""))), "a.pdf", only("pdf"))
	if text := locale.Text("zh", fault.Of(err).Key, fault.Of(err).Args...); !strings.Contains(text, "Word 文档（.docx）") || !strings.Contains(text, ".pdf") {
		t.Errorf("%q does not say what it is and what is wanted", text)
	}
}

// What a computer runs is refused, whatever it is called.
func TestProgramsAndScripts(t *testing.T) {
	pe := []byte("MZ\x90\x00\x03" + strings.Repeat("\x00", 200) + "PE\x00\x00")
	check(t, []hostile{
		{"Windows program", "setup.exe", pe, "! runs"},
		{"Windows program called PDF", "a.pdf", pe, "! runs"},
		{"Linux program", "a.pdf", []byte("\x7fELF\x02\x01\x01\x00\x00"), "! runs"},
		{"macOS program", "a.pdf", []byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01"), "! runs"},
		{"Java class", "a.pdf", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34"), "! runs"},
		{"shortcut", "a.pdf", []byte("L\x00\x00\x00\x01\x14\x02\x00\x00"), "! runs"},
		{"help file", "a.pdf", []byte("ITSF\x03\x00\x00\x00"), "! runs"},
		{"installer", "a.doc", compound("\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46", entry{name: "x"}), "! runs"},
		{"package of a file", "a.doc", compound("", entry{name: "\x01Ole10Native"}), "! runs"},
		{"Java archive", "a.zip", archive(t, entry{name: "META-INF/MANIFEST.MF", text: "x"}, entry{name: "A.class", text: "x"}), "! runs"},
		{"Android", "a.zip", archive(t, entry{name: "classes.dex", text: "x"}), "! runs"},
		{"shell", "a.txt", []byte("#!/bin/sh\nrm -rf ~\n"), "! runs"},
		{"shell behind a mark", "a.txt", []byte("\ufeff#!/bin/sh\n"), "! runs"},
		{"batch", "a.txt", []byte("@echo off\r\ndel *\r\n"), "! runs"},
		{"PHP", "a.txt", []byte("<?php system($_GET[0]);"), "! runs"},
		{"script by its name", "a.js", []byte("alert(1)"), "! running_name"},
		{"PowerShell by its name", "a.ps1", []byte("Get-Item"), "! running_name"},
		{"HTML", "a.txt", []byte(" \n<!DOCTYPE html><script>alert(1)</script>"), "! runs"},
		{"HTML in UTF-16", "a.txt", []byte("\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00"), "! runs"},
		{"HTML behind a comment", "a.txt", []byte("<!-- x --><script>alert(1)</script>"), "! runs"},
		{"HTML in a tag of its own", "a.txt", []byte("<x><script>alert(1)</script>"), "! runs"},
		{"XHTML", "a.txt", []byte(`<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`), "! runs"},
		{"SVG with a script", "a.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "! runs"},
		{"SVG with a head", "a.svg", []byte(`<?xml version="1.0"?><!-- x --><svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>`), "! runs"},
		{"MHTML called Word", "a.doc", []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related"), "! runs"},
		{"XML", "a.txt", []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`), "! kind"},
		{"RTF called Word", "a.doc", []byte(`{\rtf1\ansi}`), "! kind"},
		{"double ending", "a.pdf.exe", printed(""), "! running_name"},
		{"an ending turned about", "a\u202efdp.exe", printed(""), "! running_name"},
		{"an ending behind spaces", "a.pdf .exe ", printed(""), "! running_name"},
		{"an ending behind NUL", "a.exe\x00.pdf", printed(""), "pdf"},
		{"a shortcut by its name", "a.lnk", printed(""), "! running_name"},
		{"a document with macros by its name", "a.docm", word(t, ""), "! running_name"},
	})
}

func TestMagic(t *testing.T) {
	check(t, []hostile{
		{"nothing but zeros", "a.pdf", make([]byte, 5000), "! unknown"},
		{"noise", "a.txt", []byte("\x81\x00\xff\xfe\x01"), "! unknown"},
		{"noise without zeros", "a.txt", []byte("\xff\xff\xff\x80abc"), "! unknown"},
		{"half a character", "a.txt", []byte("申报\xe4"), "! unknown"},
		{"zeros in a text, late", "a.txt", append(bytes.Repeat([]byte("text "), 2000), 0), "! unknown"},
		{"text called PDF", "a.pdf", []byte("hello"), "! ending"},
		{"PNG called JPEG", "a.jpg", asPNG(t, 2, 2), "! ending"},
		{"old Word called new", "a.docx", compound("", entry{name: "WordDocument"}), "! ending"},
		{"new Word called old", "a.doc", word(t, ""), "! ending"},
		{"ZIP called Word", "a.docx", archive(t, entry{name: "a.txt", text: "x"}), "! ending"},
		{"7z", "a.7z", []byte("7z\xbc\xaf\x27\x1c\x00\x04"), "! kind"},
		{"gzip called ZIP", "a.zip", []byte("\x1f\x8b\x08\x00\x00"), "! kind"},
		{"TIFF", "a.tif", []byte("II*\x00\x08\x00\x00\x00"), "! kind"},
		{"WebP", "a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "! kind"},
		{"HEIC called JPEG", "a.jpg", []byte(box("ftyp", "heic\x00\x00\x00\x00mif1")), "! kind"},
		{"sound", "a.mp3", []byte("ID3\x04\x00\x00\x00\x00"), "! kind"},
		{"a compound file of something", "a.doc", compound("", entry{name: "VisioDocument"}), "! unknown"},
		{"a template of Word", "a.docx", archive(t, types(ooxml+"wordprocessingml.template.main+xml")), "! other_office"},
	})
}

func TestPolyglots(t *testing.T) {
	jar := string(archive(t, entry{name: "A.txt", text: "x"}))
	bare := archive(t, entry{name: "a.txt", text: "x"})
	check(t, []hostile{
		{"picture and archive", "a.gif", []byte(string(asGIF(t, 2, 2)) + jar), "! two_files"},
		{"photograph and archive", "a.jpg", []byte(string(asJPEG(t, 2, 2)) + jar), "! two_files"},
		{"PDF and archive", "a.pdf", []byte(string(printed("")) + jar), "! two_files"},
		{"text and archive", "a.txt", []byte("hello\n" + strings.Repeat("x", 5000) + jar), "! two_files"},
		{"archive behind another beginning", "a.zip", []byte("PK\x03\x04 something else entirely, thirty bytes at least" + string(bare)), "! two_files"},
		{"HTML before a PDF", "a.pdf", []byte("<script>alert(1)</script>\n" + string(printed(""))), "! runs"},
		{"noise before a PDF", "a.pdf", []byte("junk\n" + string(printed(""))), "! pdf_start"},
		{"PNG before a PDF", "a.pdf", []byte("\x89PNG\r\n\x1a\n" + string(printed(""))), "! pdf_start"},
		{"program before a PDF", "a.pdf", []byte("MZ\x00" + strings.Repeat(" ", 100) + string(printed(""))), "! runs"},
		{"two archives", "a.zip", append(bare, bare...), "! two_files"},
	})
}

func TestTruncated(t *testing.T) {
	half := func(b []byte) []byte { return b[:len(b)/2] }
	jpg := asJPEG(t, 64, 64)
	check(t, []hostile{
		{"PDF", "a.pdf", half(printed("")), "! damaged"},
		{"PDF without its end", "a.pdf", bytes.TrimSuffix(printed(""), []byte("%%EOF\n")), "! damaged"},
		{"PDF without pages", "a.pdf", []byte("%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\nstartxref\n0\n%%EOF"), "! damaged"},
		{"Word", "a.docx", half(word(t, strings.Repeat("一", 3000))), "! damaged"},
		{"ZIP", "a.zip", half(archive(t, entry{name: "a", text: "x"})), "! damaged"},
		{"ZIP, two bytes", "a.zip", []byte("PK\x03\x04"), "! damaged"},
		{"old Word", "a.doc", compound("", entry{name: "WordDocument"})[:2000], "! damaged"},
		{"old Word, head alone", "a.doc", compound("", entry{name: "WordDocument"})[:100], "! damaged"},
		{"PNG", "a.png", half(asPNG(t, 64, 64)), "! damaged"},
		{"PNG with another byte", "a.png", bytes.Replace(asPNG(t, 64, 64), []byte("IDAT"), []byte("IDAU"), 1), "! damaged"},
		{"JPEG", "a.jpg", half(jpg), "! damaged"},
		{"JPEG without its end", "a.jpg", jpg[:len(jpg)-2], "! damaged"},
		{"JPEG without a picture", "a.jpg", []byte("\xff\xd8\xff\xd9"), "! damaged"},
		{"GIF", "a.gif", half(asGIF(t, 64, 64)), "! damaged"},
		{"MP4", "a.mp4", film("isom")[:400], "! damaged"},
		{"MP4 without its list", "a.mp4", []byte(box("ftyp", "isom\x00\x00\x00\x00") + box("mdat", "x")), "! damaged"},
		{"MP4 with a box of no length", "a.mp4", []byte(box("ftyp", "isom\x00\x00\x00\x00") + "\x00\x00\x00\x04moov"), "! damaged"},
	})
}

func TestLocked(t *testing.T) {
	lock := func(h *zip.FileHeader) { h.Flags |= 1 }
	fib := "\xec\xa5" + strings.Repeat("\x00", 9) + "\x01" + strings.Repeat("\x00", 20)
	check(t, []hostile{
		{"PDF", "a.pdf", printed("/Encrypt << /Filter /Standard /V 4 >>"), "! locked"},
		{"PDF by reference", "a.pdf", printed("/Encrypt 4 0 R"), "! locked"},
		{"PDF, the word spelt otherwise", "a.pdf", printed("/#45ncrypt 4 0 R"), "! locked"},
		{"PDF with a list in a stream", "a.pdf", printed("", "<< /Type /XRef /Encrypt 9 0 R /Length 3 >>\nstream\nabc\nendstream"), "! locked"},
		{"a PDF with the key in another object", "a.pdf", printed("", "<< /Type /Foo /Encrypt 9 0 R >>"), "pdf"},
		{"a PDF that speaks of it", "a.pdf", printed("/Info << /Title (/Encrypt 4 0 R) >>", "<< /Length 30 >>\nstream\ntrailer << /Encrypt 9 0 R >>\nendstream"), "pdf"},
		{"Office", "a.docx", compound("", entry{name: "EncryptedPackage"}, entry{name: "EncryptionInfo"}), "! locked"},
		{"old Word", "a.doc", compound("", entry{name: "WordDocument", text: fib}), "! locked"},
		{"old workbook", "a.xls", compound("", entry{name: "Workbook", text: "\x09\x08\x04\x00\x00\x06\x05\x00\x2f\x00\x06\x00"}), "! locked"},
		{"old slides", "a.ppt", compound("", entry{name: "PowerPoint Document"}, entry{name: "Current User", text: strings.Repeat("\x00", 12) + "\xdf\xc4\xd1\xf3"}), "! locked"},
		{"ZIP", "a.zip", archive(t, entry{"a.txt", "x", lock}), "! locked"},
		{"OpenDocument", "a.odt", archive(t, entry{name: "mimetype", text: "application/vnd.oasis.opendocument.text"}, entry{name: "META-INF/manifest.xml", text: "<m><manifest:encryption-data/></m>"}), "! locked"},
	})
}

func TestMacrosAndActiveContent(t *testing.T) {
	check(t, []hostile{
		{"Word", "a.docx", word(t, "", entry{name: "word/vbaProject.bin", text: "x"}), "! macros"},
		{"Word, spelt otherwise", "a.docx", word(t, "", entry{name: "word/VBAPROJECT.BIN", text: "x"}), "! macros"},
		{"Word by its type", "a.docx", archive(t, types("application/vnd.ms-word.document.macroEnabled.main+xml")), "! macros"},
		{"workbook in binary", "a.xlsx", archive(t, types("application/vnd.ms-excel.sheet.binary.macroEnabled.main")), "! macros"},
		{"workbook of Excel 4", "a.xlsx", workbook(t, entry{name: "xl/macrosheets/sheet1.xml", text: "<x/>"}), "! macros"},
		{"old Word", "a.doc", compound("", entry{name: "WordDocument"}, entry{name: "Macros"}), "! macros"},
		{"old workbook", "a.xls", compound("", entry{name: "Workbook"}, entry{name: "_VBA_PROJECT_CUR"}), "! macros"},
		{"OpenDocument", "a.odt", archive(t, entry{name: "mimetype", text: "application/vnd.oasis.opendocument.text"}, entry{name: "Basic/Standard/Module1.xml", text: "<x/>"}), "! macros"},
		{"ActiveX", "a.docx", word(t, "", entry{name: "word/activeX/activeX1.xml", text: "<x/>"}), "! active"},
		{"DDE in Word", "a.docx", word(t, `<w:instrText>DDEAUTO c:\\cmd.exe</w:instrText>`), "! active"},
		{"DDE in a workbook", "a.xlsx", workbook(t, entry{name: "xl/externalLinks/externalLink1.xml", text: `<externalLink><ddeLink ddeService="cmd"/></externalLink>`}), "! active"},
		{"a program in a document", "a.docx", word(t, "", entry{name: "word/media/image1.png", text: "\x7fELF\x02\x01\x01\x00"}), "! inside: runs"},
		{"a packaged file in a document", "a.docx", word(t, "", entry{name: "word/embeddings/oleObject1.bin", text: string(compound("", entry{name: "\x01Ole10Native"}))}), "! inside: runs"},
		{"a formula in a document", "a.docx", word(t, "", entry{name: "word/embeddings/oleObject1.bin", text: string(compound("", entry{name: "Equation Native"}))}), "docx embedded"},
		{"a document with macros in a document", "a.docx", word(t, "", entry{name: "word/embeddings/a.xlsx", text: string(workbook(t, entry{name: "xl/vbaProject.bin", text: "x"}))}), "! inside: macros"},
		{"a template from elsewhere", "a.docx", word(t, "", relation("attachedTemplate", "http://example.org/a.dotm")), "! remote"},
		{"a template from a share", "a.docx", word(t, "", relation("attachedTemplate", `file:///\\198.51.100.7\a.dotm`)), "! remote"},
		{"a template from a share, short", "a.docx", word(t, "", relation("attachedTemplate", `\\198.51.100.7\a.dotm`)), "! remote"},
		{"a picture from elsewhere", "a.docx", word(t, "", relation("image", "https://example.org/a.png")), "! remote"},
		{"a handler of another scheme", "a.docx", word(t, "", relation("oleObject", "mhtml:http://example.org!x")), "! remote"},
		{"a PDF that starts a program", "a.pdf", printed("", "<< /S /Launch /F (cmd.exe) >>"), "! launch"},
		{"a PDF that starts a program, out of sight", "a.pdf", printed("", objects("<< /S /Launch /F (cmd.exe) >>")), "! launch"},
		{"a program in an archive", "a.zip", archive(t, entry{name: "a/b.dat", text: "\x7fELF\x02\x01\x01\x00"}), "! inside: runs"},
		{"a script in an archive", "a.zip", archive(t, entry{name: "a.vbs", text: "x"}), "! inside: running_name"},
		{"a page in an archive", "a.zip", archive(t, entry{name: "a.txt", text: "<html>"}), "! inside: runs"},
		{"a document with macros in an archive", "a.zip", archive(t, entry{name: "a.docx", text: string(word(t, "", entry{name: "word/vbaProject.bin", text: "x"}))}), "! inside: macros"},
		{"a locked PDF in an archive", "a.zip", archive(t, entry{name: "a.pdf", text: string(printed("/Encrypt 4 0 R"))}), "! inside: locked"},
		{"RAR in an archive", "a.zip", archive(t, entry{name: "a.rar", text: "Rar!\x1a\x07\x01\x00"}), "! inside: unreadable"},
	})
}

func TestEntities(t *testing.T) {
	laughs := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>`
	check(t, []hostile{
		{"in the text", "a.docx", archive(t, types(ooxml+"wordprocessingml.document.main+xml"), entry{name: "word/document.xml", text: laughs}), "! entities"},
		{"in the list of types", "a.docx", archive(t, entry{name: "[Content_Types].xml", text: laughs}), "! entities"},
		{"in the properties", "a.docx", word(t, "", entry{name: "docProps/core.xml", text: laughs}), "! entities"},
		{"from a file", "a.xlsx", workbook(t, entry{name: "xl/sharedStrings.xml", text: `<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`}), "! entities"},
		{"behind a long comment", "a.docx", word(t, "", entry{name: "word/styles.xml", text: "<!--" + strings.Repeat("x", 60_000) + "-->" + laughs}), "! damaged"},
		{"in UTF-16", "a.docx", word(t, "", entry{name: "word/styles.xml", text: "\xff\xfe<\x00!\x00D\x00"}), "! damaged"},
		{"in OFD", "a.ofd", archive(t, entry{name: "OFD.xml", text: laughs}), "! entities"},
	})
}

func TestEntryNames(t *testing.T) {
	link := func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }
	device := func(h *zip.FileHeader) { h.SetMode(fs.ModeDevice | 0o666) }
	check := func(name, want string) {
		t.Run(name, func(t *testing.T) {
			if got := look(t, "a.zip", archive(t, entry{name: name, text: "x"}), intake.Rules{}); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
	for _, name := range []string{"../a.txt", "a/../../b.txt", `..\a.txt`, `a\..\..\b`, "/etc/passwd", `\windows\a`, `C:\a.txt`, "c:a.txt", `\\host\share\a`,
		"CON", "a/nul.txt", "Aux .txt", "COM1", "a\x00.txt", "a\r\n.txt", "a:stream", "..", strings.Repeat("a", 1001), "a/\xa1\xa1\\..\\b"} {
		check(name, "! entry_name")
	}
	for _, name := range []string{"a..b.txt", "资料/一.txt", `资料\一.txt`, "\xd7\xca\xc1\xcf/\xd2\xbb.txt", "console.txt", "\x95\x5c.txt"} {
		check(name, "zip")
	}
	for want, bend := range map[string]func(*zip.FileHeader){"! entry_link": link, "! entry_link ": device} {
		if got := look(t, "a.zip", archive(t, entry{"a", "/etc/passwd", bend}), intake.Rules{}); got != strings.TrimSpace(want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	twice := archive(t, entry{name: "a.txt", text: "x"}, entry{name: "A.txt", text: "y"})
	if got := look(t, "a.zip", twice, intake.Rules{}); got != "! damaged" {
		t.Errorf("two entries of one name: %q", got)
	}
}

func TestMetadata(t *testing.T) {
	core := func(x string) entry {
		return entry{name: "docProps/core.xml", text: `<cp:coreProperties xmlns:dc="d" xmlns:cp="c">` + x + `</cp:coreProperties>`}
	}
	gps := exif(0x8825, 4, 1, exifData, "\x02\x00")
	check(t, []hostile{
		{"author of a document", "a.docx", word(t, "", core("<dc:creator>张三</dc:creator><cp:lastModifiedBy>李四</cp:lastModifiedBy>")), "docx author(张三) author(李四)"},
		{"the program as author", "a.docx", word(t, "", core("<dc:creator>Microsoft Office User</dc:creator>")), "docx"},
		{"one name twice", "a.docx", word(t, "", core("<dc:creator>张三</dc:creator><cp:lastModifiedBy>张三</cp:lastModifiedBy>")), "docx author(张三)"},
		{"a name that turns about", "a.docx", word(t, "", core("<dc:creator>\u202e张\r\n三</dc:creator>")), "docx author(张三)"},
		{"unit", "a.docx", word(t, "", entry{name: "docProps/app.xml", text: "<Properties><Company>甲公司</Company></Properties>"}), "docx unit(甲公司)"},
		{"author of an old document", "a.doc", compound("", entry{name: "WordDocument"}, entry{name: "\x05SummaryInformation", text: summary("\xd5\xc5\xc8\xfd")}), "doc author(张三)"},
		{"tracked changes", "a.docx", word(t, `<w:ins w:id="1"><w:r/></w:ins>`), "docx changes"},
		{"tracked changes, far behind", "a.docx", word(t, strings.Repeat("<w:r/>", 20_000)+`<w:del w:id="1"/>`), "docx changes"},
		{"comments", "a.docx", word(t, "", entry{name: "word/comments.xml", text: `<w:comments><w:comment w:id="0"/></w:comments>`}), "docx comments"},
		{"no comments", "a.docx", word(t, "", entry{name: "word/comments.xml", text: `<w:comments/>`}), "docx"},
		{"comments in a workbook", "a.xlsx", workbook(t, entry{name: "xl/comments1.xml", text: `<comments><comment ref="A1"/></comments>`}), "xlsx comments"},
		{"hidden sheets", "a.xlsx", workbook(t, entry{name: "xl/x.xml", text: `<sheet name="a" state="hidden"/>`}), "xlsx hidden"},
		{"comments on slides", "a.pptx", slides(t, entry{name: "ppt/comments/comment1.xml", text: `<p:cmLst><p:cm authorId="0"/></p:cmLst>`}), "pptx comments"},
		{"links", "a.docx", word(t, "", relation("hyperlink", "https://example.org")), "docx links"},
		{"a template of their own", "a.docx", word(t, "", relation("attachedTemplate", `file:///C:\Users\张三\a.dotx`)), "docx outside(a.dotx)"},
		{"another workbook", "a.docx", word(t, "", relation("oleObject", "data.xlsx")), "docx outside(data.xlsx)"},
		{"a workbook in a document", "a.docx", word(t, "", entry{name: "word/embeddings/a.xlsx", text: string(workbook(t))}), "docx embedded"},
		{"author of a PDF", "a.pdf", printed("", "<< /Author (Zhang San) >>"), "pdf author(Zhang San)"},
		{"author in UTF-16", "a.pdf", printed("", "<< /Author <FEFF5F204E09> >>"), "pdf author(张三)"},
		{"author in GBK", "a.pdf", printed("", "<< /Author (\xd5\xc5\xc8\xfd) >>"), "pdf author(张三)"},
		{"author in escapes", "a.pdf", printed("", `<< /Author (\325\305\(\310\375\)) >>`), "pdf author(张(三))"},
		{"author in XMP", "a.pdf", printed("", "<< /Type /Metadata /Subtype /XML /Length 3 >>\nstream\n<dc:creator><rdf:Seq><rdf:li>张三</rdf:li></rdf:Seq></dc:creator>\nendstream"), "pdf author(张三)"},
		{"script in a PDF", "a.pdf", printed("", "<< /S /JavaScript /JS (app.alert) >>"), "pdf script"},
		{"script in a PDF, spelt otherwise", "a.pdf", printed("", "<< /S /J#61vaScript >>"), "pdf script"},
		{"script in a PDF, out of sight", "a.pdf", printed("", objects("<< /S /JavaScript /JS (x) >>")), "pdf script"},
		{"files in a PDF", "a.pdf", printed("", "<< /Names << /EmbeddedFiles 9 0 R >> >>"), "pdf embedded"},
		{"links in a PDF", "a.pdf", printed("", "<< /A << /S /URI /URI (https://example.org) >> >>"), "pdf links"},
		{"a form that sends", "a.pdf", printed("", "<< /S /SubmitForm /F (https://example.org) >>"), "pdf sends"},
		{"comments in a PDF", "a.pdf", printed("", "<< /Type /Annot /Subtype /Popup >>"), "pdf comments"},
		{"a PDF that speaks of scripts", "a.pdf", printed("", "<< /Length 9 >>\nstream\n<< /S /JavaScript >>\nendstream", "<< /T (/S /JavaScript) >> % /JS"), "pdf"},
		{"place of a photograph", "a.jpg", withSegment(asJPEG(t, 2, 2), gps), "jpeg place"},
		{"place in XMP", "a.jpg", withSegment(asJPEG(t, 2, 2), "\xff\xe1\x00\x16exif:GPSLatitude=\"1\""), "jpeg place"},
		{"photographer", "a.jpg", withSegment(asJPEG(t, 2, 2), exif(0x013b, 2, 10, exifData, "Zhang San\x00")), "jpeg author(Zhang San)"},
		{"author of a PNG", "a.png", withChunk(asPNG(t, 2, 2), chunk("tEXt", "Author\x00Zhang San")), "png author(Zhang San)"},
		{"place of a film", "a.mp4", []byte(box("ftyp", "isom\x00\x00\x00\x00") + box("moov", box("udta", box("\xa9xyz", "+36+117/"))) + box("mdat", "x")), "mp4 place"},
		{"author in an archive", "a.zip", archive(t, entry{name: "a.docx", text: string(word(t, "", core("<dc:creator>张三</dc:creator>")))}), "zip author(张三)"},
	})
}

// What other programs made, and locked.
func TestWithQPDF(t *testing.T) {
	path, err := exec.LookPath("qpdf")
	if err != nil {
		t.Skip("qpdf is not installed")
	}
	from := filepath.Join(t.TempDir(), "from.pdf")
	if err := os.WriteFile(from, printed("/Info 4 0 R", "<< /Author (Zhang San) >>"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"! locked":               {"--encrypt", "user", "owner", "256", "--"},
		"! locked ":              {"--encrypt", "", "owner", "256", "--print=none", "--"},
		"pdf author(Zhang San)":  {"--object-streams=generate"},
		"pdf author(Zhang San) ": {"--linearize"},
	} {
		to := from + ".out"
		if out, err := exec.Command(path, append(args, from, to)...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		file, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		if got := look(t, "a.pdf", file, intake.Rules{}); got != strings.TrimSpace(want) {
			t.Errorf("%v: %q, want %q", args, got, want)
		}
	}
}

// What is looked for is found where two pieces that were read meet.
func TestPieces(t *testing.T) {
	for pad := range 40 {
		file := []byte(box("ftyp", "isom\x00\x00\x00\x00") + box("moov", strings.Repeat("\x00", 1<<16-30+pad)+"\xa9xyz"+strings.Repeat("\x00", 1<<17)) + box("mdat", "x"))
		if got := look(t, "a.mp4", file, intake.Rules{}); got != "mp4 place" {
			t.Errorf("%d: %q", pad, got)
		}
	}
}

// A warning goes into a database and comes back the same.
func TestWarningAsJSON(t *testing.T) {
	found := &intake.Found{Kind: intake.PDF, Type: "application/pdf", Pages: 3, Warnings: []intake.Warning{{Key: "intake.warn.author", Args: []any{"张三"}}, {Key: "intake.warn.links"}}}
	text, err := json.Marshal(found)
	want := `{"kind":"pdf","type":"application/pdf","pages":3,"warnings":[{"key":"intake.warn.author","args":["张三"]},{"key":"intake.warn.links"}]}`
	if err != nil || string(text) != want {
		t.Errorf("%s: %v", text, err)
	}
}

// A reader that fails is not the file's fault.
func TestFailingReader(t *testing.T) {
	for name, file := range map[string][]byte{"a.pdf": printed(""), "a.docx": word(t, ""), "a.png": asPNG(t, 2, 2), "a.doc": compound("", entry{name: "WordDocument"}), "a.mp4": film("isom"), "a.txt": []byte("text")} {
		r := &failing{Reader: bytes.NewReader(file)}
		found, err := intake.Look(t.Context(), r, int64(len(file)), name, intake.Rules{})
		var f *fault.Fault
		if found != nil || !errors.Is(err, errDisk) || errors.As(err, &f) {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
}

var errDisk = errors.New("the disk is gone")

type failing struct{ *bytes.Reader }

func (f *failing) Read([]byte) (int, error)             { return 0, errDisk }
func (f *failing) ReadAt([]byte, int64) (int, error)    { return 0, errDisk }
func (f *failing) WriteTo(io.Writer) (n int64, e error) { return 0, errDisk }
