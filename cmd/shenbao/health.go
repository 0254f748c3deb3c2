package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"shenbao/internal/blob"
	"shenbao/internal/fault"
)

// health answers those who watch over the platform: /healthz says that the
// process lives, /readyz that it can do its work. What is wrong goes to the
// log; the answers name only the part.
type health struct {
	*platform
	stopping atomic.Bool
}

func (h *health) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, map[string]bool{"alive": true}) })
	mux.HandleFunc("GET /readyz", h.ready)
}

// patience is how long a part may take to answer.
const patience = 2 * time.Second

// ready answers 200 when database, migrations and attachments are there, and
// 503 otherwise or when the program is about to stop.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	parts := map[string]bool{"serving": !h.stopping.Load()}
	for name, ask := range map[string]func(context.Context) error{
		"database": h.db.Ping, "migrations": h.migrated, "attachments": h.attachments,
	} {
		err := ask(ctx)
		if parts[name] = err == nil; err != nil {
			h.log.WarnContext(ctx, "not ready", "part", name, "err", err)
		}
	}
	status := http.StatusOK
	for _, ok := range parts {
		if !ok {
			status = http.StatusServiceUnavailable
		}
	}
	answer(w, status, parts)
}

func (h *health) migrated(ctx context.Context) error {
	has, knows, err := h.db.Version(ctx)
	if err == nil && has < knows {
		err = fault.New(fault.Refused, "serve.older", has, knows)
	}
	return err
}

// attachments asks for a content that may well not be there.
func (h *health) attachments(ctx context.Context) error {
	_, err := h.blobs.Stat(ctx, blob.Sum(nil))
	if err != nil && fault.Of(err).Kind == fault.Missing {
		return nil
	}
	return err
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // of who hangs up, nothing is to be said
}
