package apply

import (
	"context"
	"errors"
	"io"
	"sync"

	"shenbao/internal/blob"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/internal/official"
)

// ReadPlan reads the plan that was uploaded and compares it with the outline:
// [Form.Plan] says what was found, and [Office.Assess] lists it. Without a file it
// does nothing. A file is read once in a while and kept by its hash; reading one
// may take seconds, so it is not done inside a transaction that writes.
func (o *Office) ReadPlan(ctx context.Context, fm *Form) error {
	f := fm.Uploaded()
	if f == nil {
		return nil
	}
	read, err := o.readings.of(ctx, o.Blobs, f)
	if err != nil {
		return err
	}
	fm.read(f, read)
	return nil
}

// RecallPlan is [Office.ReadPlan] for a file that was read lately; of another it
// says nothing, and takes no time.
func (o *Office) RecallPlan(fm *Form) {
	if f := fm.Uploaded(); f != nil {
		if read, ok := o.readings.find(f.Hash); ok {
			fm.read(f, read)
		}
	}
}

func (fm *Form) read(f *File, r reading) {
	fm.Plan = &Plan{File: f, Wrong: r.wrong, Text: r.text, Sections: fm.findSections(r.text)}
}

// A reading is the text of a file, or why it has none.
type reading struct {
	text  string
	wrong *fault.Fault
}

// maxReadings bounds the texts that are kept, in bytes of all of them.
const maxReadings = 16 << 20

// readings are the texts of the files that were read last. The zero value is
// ready; it may be used by several goroutines.
type readings struct {
	mu    sync.Mutex
	kept  map[blob.Hash]reading
	order []blob.Hash // the oldest first
	bytes int
}

// readers is how many files are read at once: each is held in memory, and a PDF
// has a process of its own.
var readers = make(chan struct{}, 2)

// of returns what a file says.
func (k *readings) of(ctx context.Context, blobs blob.Store, f *File) (reading, error) {
	if r, ok := k.find(f.Hash); ok {
		return r, nil
	}
	select {
	case readers <- struct{}{}:
		defer func() { <-readers }()
	case <-ctx.Done():
		return reading{}, ctx.Err()
	}
	if r, ok := k.find(f.Hash); ok { // somebody read it while we waited
		return r, nil
	}
	r, err := read(ctx, blobs, f)
	if err == nil {
		err = ctx.Err() // then the text may be cut short
	}
	if err == nil {
		k.keep(f.Hash, r)
	}
	return r, err
}

func read(ctx context.Context, blobs blob.Store, f *File) (reading, error) {
	if f.Size > official.MaxFile {
		return reading{wrong: fault.New(fault.Invalid, "official.large", official.MaxFile>>20)}, nil
	}
	content, err := blobs.Open(ctx, f.Hash)
	if err != nil {
		return reading{}, err
	}
	defer content.Close()
	all, err := io.ReadAll(content)
	if err != nil {
		return reading{}, err
	}
	text, err := intake.Text(ctx, all)
	if wrong, ok := errors.AsType[*fault.Fault](err); ok {
		return reading{wrong: wrong}, nil
	}
	return reading{text: text}, err
}

func (k *readings) find(h blob.Hash) (reading, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r, ok := k.kept[h]
	return r, ok
}

func (k *readings) keep(h blob.Hash, r reading) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.kept[h]; ok { // two read it at once
		return
	}
	if k.kept == nil {
		k.kept = map[blob.Hash]reading{}
	}
	k.kept[h] = r
	k.order = append(k.order, h)
	for k.bytes += len(r.text); k.bytes > maxReadings && len(k.order) > 1; k.order = k.order[1:] {
		k.bytes -= len(k.kept[k.order[0]].text)
		delete(k.kept, k.order[0])
	}
}
