package main

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"shenbao/internal/db"
	"shenbao/internal/job"
)

// meters are the metrics of the platform, in Prometheus' format. Every
// platform has its own, so that tests can run several in one process.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
}

func newMeters(d *db.DB) *meters {
	m := &meters{registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "shenbao_request_seconds", Help: "How long requests took, by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "method", "status"})
	m.jobs = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "shenbao_job_seconds", Help: "How long attempts at jobs took, by kind and outcome.",
		Buckets: []float64{.005, .025, .1, .5, 1, 5, 30, 120},
	}, []string{"kind", "outcome"})
	m.registry.MustRegister(m.requests, m.jobs, &gauges{d},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *meters) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

func (m *meters) job(kind, outcome string, took time.Duration) {
	m.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
}

// observe counts a request and writes its line in the log: by route, for a path
// may hold a token and a query what somebody searched for.
func (p *platform) observe(route, method string, status int, took time.Duration) {
	p.meters.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
	p.log.LogAttrs(context.Background(), slog.LevelInfo, "request",
		slog.String("route", route), slog.String("method", method), slog.Int("status", status), slog.Float64("seconds", took.Seconds()))
}

// gauges are measured when somebody asks: the connections to the database and
// the jobs that are not done.
type gauges struct{ db *db.DB }

var (
	poolOpen = prometheus.NewDesc("shenbao_db_connections", "Connections to the database, by pool and use.", []string{"pool", "use"}, nil)
	poolWait = prometheus.NewDesc("shenbao_db_wait_seconds_total", "How long was waited for a connection, by pool.", []string{"pool"}, nil)
	jobsOpen = prometheus.NewDesc("shenbao_jobs", "Jobs that are not done, by kind and state.", []string{"kind", "state"}, nil)
)

// Describe implements prometheus.Collector.
func (g *gauges) Describe(to chan<- *prometheus.Desc) {
	to <- poolOpen
	to <- poolWait
	to <- jobsOpen
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	for name, pool := range g.db.Pools() {
		collectPool(to, name, pool)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	counts, err := db.View(ctx, g.db, func(r db.Reader) ([]job.Count, error) { return job.Counts(ctx, r) })
	if err != nil {
		to <- prometheus.NewInvalidMetric(jobsOpen, err)
		return
	}
	for _, c := range counts {
		to <- prometheus.MustNewConstMetric(jobsOpen, prometheus.GaugeValue, float64(c.Jobs), c.Kind, string(c.State))
	}
}

func collectPool(to chan<- prometheus.Metric, name string, pool sql.DBStats) {
	for use, n := range map[string]int{"busy": pool.InUse, "idle": pool.Idle} {
		to <- prometheus.MustNewConstMetric(poolOpen, prometheus.GaugeValue, float64(n), name, use)
	}
	to <- prometheus.MustNewConstMetric(poolWait, prometheus.CounterValue, pool.WaitDuration.Seconds(), name)
}
