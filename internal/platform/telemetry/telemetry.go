package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Meter counts for one process.
type Meter struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// New makes a meter that knows of the Go runtime and the process.
func New() *Meter {
	m := &Meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tongban_requests_total", Help: "Requests answered, by method and status."}, []string{"method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tongban_request_seconds", Help: "Time to answer, by method.", Buckets: []float64{.001, .005, .01, .05, .1, .3, 1, 3, 10},
		}, []string{"method"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, m.seconds)
	return m
}

// Gauge adds a figure that is asked for whenever the metrics are read; a failure leaves it out.
func (m *Meter) Gauge(name, help string, ask func(context.Context) (float64, error)) {
	m.registry.MustRegister(&gauge{prometheus.NewDesc(name, help, nil, nil), ask})
}

type gauge struct {
	desc *prometheus.Desc
	ask  func(context.Context) (float64, error)
}

func (g *gauge) Describe(c chan<- *prometheus.Desc) { c <- g.desc }

func (g *gauge) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if v, err := g.ask(ctx); err == nil {
		c <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, v)
	}
}

// Handler serves the figures in the form that Prometheus reads.
func (m *Meter) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Count counts what a handler answers.
func (m *Meter) Count(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		seen := &watched{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(seen, r)
		method := r.Method
		switch method {
		case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		default:
			method = "other" // a stranger may send any word as a method
		}
		m.requests.WithLabelValues(method, strconv.Itoa(seen.status)).Inc()
		m.seconds.WithLabelValues(method).Observe(time.Since(start).Seconds())
	})
}

type watched struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (w *watched) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
