package main

import "log/slog"

// logger writes the log: a JSON object a line, on standard error. JSON escapes
// control characters, so that what a visitor sends makes no line of its own.
// Lines carry ids and routes, never names, addresses or paths.
func (f *serveFlags) logger(a *app) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.LogLevel)) // the command line takes no others
	return slog.New(slog.NewJSONHandler(a.errOut, &slog.HandlerOptions{Level: level}))
}
