package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// kubeVersion is written into every header; record.mjs sets it to the version that is built.
var kubeVersion = "v1.36.3"

func readLines(path string, f func([]byte)) {
	h, err := os.Open(path)
	if err != nil {
		return
	}
	defer h.Close()
	sc := bufio.NewScanner(h)
	sc.Buffer(make([]byte, 1<<22), 1<<22)
	for sc.Scan() {
		f(sc.Bytes())
	}
}

func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }

type writeRec struct {
	Object     string
	Version    int
	Start, End float64
	Error      string
}

type sample struct {
	Strategy  string   `json:"strategy"`
	TTL       string   `json:"ttl"`
	Node      string   `json:"node"`
	Pod       string   `json:"pod"`
	PodIndex  int      `json:"podIndex"`
	Object    string   `json:"object"`
	Consumers int      `json:"consumers"`
	Version   int      `json:"version"`
	Start     float64  `json:"tWriteStart"`
	End       float64  `json:"tWriteEnd"`
	Visible   float64  `json:"tVisible"`
	Delay     float64  `json:"delay"`
	Sync      *float64 `json:"tSync"`
	Syncs     int      `json:"syncs"`
}

type metaFile struct {
	Run       delayRun
	TRunning  float64
	TBegin    float64
	TEnd      float64
	Consumers map[string][]string
	Begin     map[string]any
	Finish    map[string]any
}

var reIdx = regexp.MustCompile(`(\d+)$`)

func index(name string) int {
	m := reIdx.FindStringSubmatch(name)
	n, _ := strconv.Atoi(m[1])
	return n
}

// loaded is one delay run read back from its raw files.
type loaded struct {
	meta    metaFile
	spec    map[string]nodeSpec
	samples []sample
	syncs   map[string][]float64 // pod -> SyncPod starts
	syncEnd map[string][]float64
	setups  map[string][]float64
	reqs    map[string][]map[string]any // object -> requests
	counts  map[string]map[string]map[string]int
	cost    []map[string]any
	missing int
	overlap int
	lag     []float64
}

func loadRun(dir, name string) *loaded {
	work := filepath.Join(dir, name)
	b, err := os.ReadFile(filepath.Join(work, "meta.json"))
	if err != nil {
		return nil
	}
	r := &loaded{spec: map[string]nodeSpec{}, syncs: map[string][]float64{}, syncEnd: map[string][]float64{}, setups: map[string][]float64{}, reqs: map[string][]map[string]any{}, counts: map[string]map[string]map[string]int{}}
	check(json.Unmarshal(b, &r.meta))
	m := &r.meta
	for _, s := range m.Run.Nodes {
		r.spec[s.Name] = s
	}
	year := time.Unix(int64(m.TBegin), 0).Year()
	for n := range r.spec {
		eachKlog(filepath.Join(work, n, "kubelet.log"), year, func(k klogLine) {
			p := rePod.FindStringSubmatch(k.Msg)
			if p == nil {
				return
			}
			switch {
			case strings.HasPrefix(k.Msg, `"SyncPod enter"`):
				r.syncs[p[2]] = append(r.syncs[p[2]], k.T)
			case strings.HasPrefix(k.Msg, `"SyncPod exit"`):
				r.syncEnd[p[2]] = append(r.syncEnd[p[2]], k.T)
			case strings.Contains(k.Msg, "MountVolume.SetUp succeeded"):
				r.setups[p[2]] = append(r.setups[p[2]], k.T)
			}
		})
	}
	writes := map[string]writeRec{}
	lastV := map[string]int{}
	readLines(filepath.Join(work, "writes.jsonl"), func(b []byte) {
		var w writeRec
		check(json.Unmarshal(b, &w))
		if w.Error != "" {
			return
		}
		writes[fmt.Sprintf("%s/%d", w.Object, w.Version)] = w
		if w.Version > lastV[w.Object] {
			lastV[w.Object] = w.Version
		}
	})
	objOf := map[string]string{}
	for o, ps := range m.Consumers {
		for _, p := range ps {
			objOf[p] = o
		}
	}
	got := map[string]bool{}
	readLines(filepath.Join(work, "changes.jsonl"), func(b []byte) {
		var c change
		check(json.Unmarshal(b, &c))
		f := strings.Fields(c.Data["payload"])
		if c.Kind != "swap" || len(f) == 0 {
			return
		}
		v, _ := strconv.Atoi(f[0])
		o := objOf[c.Pod]
		w, ok := writes[fmt.Sprintf("%s/%d", o, v)]
		if v == 0 || !ok {
			return
		}
		got[fmt.Sprintf("%s/%d", c.Pod, v)] = true
		sp := r.spec[c.Node]
		s := sample{Strategy: c.Strategy, TTL: sp.TTL, Node: c.Node, Pod: c.Pod, PodIndex: index(c.Pod), Object: o, Consumers: sp.Shared, Version: v,
			Start: round6(w.Start - m.TBegin), End: round6(w.End - m.TBegin), Visible: round6(c.T - m.TBegin), Delay: round6(c.T - w.End)}
		for _, t := range r.syncs[c.Pod] {
			if t <= c.T {
				x := round6(t - m.TBegin)
				s.Sync = &x
				if t > w.End {
					s.Syncs++
				}
			}
		}
		if c.T > 0 && c.Link > 0 {
			r.lag = append(r.lag, c.T-c.Link)
		}
		r.samples = append(r.samples, s)
	})
	for o, v := range lastV {
		for i := 1; i <= v; i++ {
			for _, p := range m.Consumers[o] {
				if !got[fmt.Sprintf("%s/%d", p, i)] {
					r.missing++
				}
			}
		}
	}
	sort.SliceStable(r.samples, func(i, j int) bool { return r.samples[i].End < r.samples[j].End })
	readLines(filepath.Join(work, "cost.jsonl"), func(b []byte) {
		var c map[string]any
		check(json.Unmarshal(b, &c))
		r.cost = append(r.cost, c)
	})
	eachAudit(filepath.Join(dir, "control"), name+"-", func(node string, a *auditLine) {
		if a.ObjectRef.Namespace != name || (a.ObjectRef.Resource != "secrets" && a.ObjectRef.Resource != "configmaps") || r.spec[node].Name == "" {
			return
		}
		key := requestKind(a)
		at := stamp(a.Received)
		if a.Stage != "RequestReceived" {
			r.reqs[a.ObjectRef.Name] = append(r.reqs[a.ObjectRef.Name], map[string]any{"t": at - m.TBegin, "at": stamp(a.At) - m.TBegin, "stage": a.Stage, "request": key, "code": a.Response.Code})
			return
		}
		if at < m.TBegin || at > m.TEnd {
			return
		}
		half := "visible"
		if index(a.ObjectRef.Name)%2 == 1 {
			half = "holdout"
		}
		if r.counts[half] == nil {
			r.counts[half] = map[string]map[string]int{}
		}
		if r.counts[half][node] == nil {
			r.counts[half][node] = map[string]int{}
		}
		r.counts[half][node][key]++
	})
	return r
}

// fetchGaps are the times between consecutive GETs of an object inside the write window.
func (r *loaded) fetchGaps(object string) []float64 {
	var ts, out []float64
	for _, q := range r.reqs[object] {
		t := q["t"].(float64)
		if strings.HasPrefix(q["request"].(string), "GET") && t >= 0 && t <= r.meta.TEnd-r.meta.TBegin {
			ts = append(ts, t)
		}
	}
	sort.Float64s(ts)
	for i := 1; i < len(ts); i++ {
		out = append(out, round6(ts[i]-ts[i-1]))
	}
	return out
}

// requestKind is the verb with the options that matter, e.g. "GET rv=0".
func requestKind(a *auditLine) string {
	u, err := url.Parse(a.RequestURI)
	k := strings.ToUpper(a.Verb)
	if err != nil {
		return k
	}
	q := u.Query()
	rv := q.Get("resourceVersion")
	switch {
	case !q.Has("resourceVersion"):
		rv = "unset"
	case rv != "0" && rv != "":
		rv = "last"
	}
	k += " rv=" + rv
	if q.Get("sendInitialEvents") == "true" {
		k += " sendInitialEvents"
	}
	if q.Has("resourceVersionMatch") {
		k += " match=" + q.Get("resourceVersionMatch")
	}
	if q.Has("limit") {
		k += " limit=" + q.Get("limit")
	}
	return k
}

func quantiles(d []float64) map[string]any {
	if len(d) == 0 {
		return map[string]any{"count": 0}
	}
	s := append([]float64(nil), d...)
	sort.Float64s(s)
	sum := 0.0
	for _, x := range s {
		sum += x
	}
	mean := sum / float64(len(s))
	v := 0.0
	for _, x := range s {
		v += (x - mean) * (x - mean)
	}
	m := map[string]any{"count": len(s), "mean": round3(mean), "sd": round3(math.Sqrt(v / float64(len(s)))), "min": round3(s[0]), "max": round3(s[len(s)-1])}
	for n, p := range map[string]float64{"p50": .5, "p75": .75, "p90": .9, "p95": .95, "p99": .99} {
		m[n] = round3(s[int(math.Min(float64(len(s)-1), math.Ceil(p*float64(len(s)))-1))])
	}
	return m
}

// ksDistance is the largest difference of the two empirical distribution functions.
func ksDistance(a, b []float64) float64 {
	x, y := append([]float64(nil), a...), append([]float64(nil), b...)
	sort.Float64s(x)
	sort.Float64s(y)
	i, j, d := 0, 0, 0.0
	for i < len(x) && j < len(y) {
		if x[i] <= y[j] {
			i++
		} else {
			j++
		}
		d = math.Max(d, math.Abs(float64(i)/float64(len(x))-float64(j)/float64(len(y))))
	}
	return d
}

func round3(x float64) float64 { return math.Round(x*1e3) / 1e3 }

// ---- theory: the closed form of the fact sheet, by Monte-Carlo ----------------

// theory draws delays for one strategy: S in seconds, TTL in seconds (Cache), m consumers.
func theory(strategy string, S, ttl float64, m, n int) []float64 {
	rng := rand.New(rand.NewSource(9))
	var out []float64
	for len(out) < n {
		horizon := 40 * (S + ttl)
		phase := rng.Float64()
		type read struct {
			t   float64
			pod int
		}
		var reads []read
		for p := 0; p < m; p++ {
			t := phase + math.Floor(rng.Float64()*1.5*S)
			for t < horizon {
				reads = append(reads, read{t + rng.Float64()*0.1 + rng.Float64()*0.1, p})
				t = phase + math.Floor(t+0.003+S*(1+0.5*rng.Float64())-phase) + 1
			}
		}
		sort.Slice(reads, func(i, j int) bool { return reads[i].t < reads[j].t })
		for k := 0; k < 8; k++ {
			w := horizon * (0.3 + 0.4*rng.Float64())
			last, fetched := math.Inf(-1), math.Inf(-1)
			done := make([]bool, m)
			left := m
			for _, r := range reads {
				governing := r.t
				if strategy == "Cache" {
					if r.t >= last+ttl {
						last = r.t
					}
					governing = last
				}
				fetched = governing
				if r.t >= w && fetched >= w && !done[r.pod] {
					done[r.pod] = true
					out = append(out, r.t-w)
					left--
					if left == 0 {
						break
					}
				}
			}
		}
	}
	return out
}

// ---- writing ----------------------------------------------------------------

func halfOf(i int) string {
	if i%2 == 1 {
		return "holdout"
	}
	return "visible"
}

func writeJSONL(path string, header any, rows []any) {
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	check(err)
	w := bufio.NewWriter(f)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	check(e.Encode(header))
	for _, r := range rows {
		check(e.Encode(r))
	}
	check(w.Flush())
	check(f.Close())
}

func writeJSON(path string, v any) {
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path)
	check(err)
	e := json.NewEncoder(f)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	check(e.Encode(v))
	check(f.Close())
}

var sampleDocs = map[string]string{
	"strategy":    "configMapAndSecretChangeDetectionStrategy of the node",
	"ttl":         "value of the node annotation node.alpha.kubernetes.io/ttl, empty = annotation absent",
	"pod":         "pod name; podIndex is its number on the node (even = visible half, odd = holdout half)",
	"object":      "Secret or ConfigMap name; consumers = pods of this node that mount it",
	"tWriteStart": "seconds since the beginning of the write window, clock just before the PUT",
	"tWriteEnd":   "clock just after the API server's response",
	"tVisible":    "clock when the inotify event of the ..data link swap was read; the content read through the link carried this version",
	"delay":       "tVisible - tWriteEnd",
	"tSync":       "start of the last SyncPod of the pod at or before tVisible (kubelet log)",
	"syncs":       "number of SyncPod starts in (tWriteEnd, tVisible]",
}

func header(what string, m *metaFile, half string) map[string]any {
	r := m.Run
	st := map[string]any{}
	for _, n := range r.Nodes {
		st[n.Name] = map[string]any{"strategy": n.Strategy, "ttl": n.TTL, "objects": n.Groups, "podsPerObject": n.Shared}
	}
	return map[string]any{"header": true, "what": what, "half": half, "kubernetes": kubeVersion, "kind": r.Kind, "syncFrequencySeconds": r.Sync.Seconds(), "nodes": st,
		"writeSpacingSeconds": []float64{r.SpaceMin, r.SpaceMax}, "writeSpacingLaw": "first write uniform in [0, max), then uniform in [min, max) per object, independent of the kubelets",
		"warmUpSeconds": r.Warm, "windowSeconds": round3(m.TEnd - m.TBegin), "seed": r.Seed, "beganUTC": time.UnixMicro(int64(m.TBegin * 1e6)).UTC().Format(time.RFC3339),
		"conditions": "embedded etcd without fsync, one kube-apiserver, AlwaysAllow, hollow kubelets with fake CRI in a process of its own, fake mounter (no tmpfs, plain directories), no controllers, kubeAPIQPS 50 burst 100, loopback, one container per pod, other runs at the same time on the same two cores"}
}

func r2(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

func report(dir, out string) {
	var md strings.Builder
	p := func(f string, a ...any) { fmt.Fprintf(&md, f, a...) }
	p("# End-to-end recordings: summary\n\nGenerated by `e2e report`. Kubernetes %s, real kube-apiserver and etcd, hollow kubelets. Times in seconds.\n", kubeVersion)
	p("\"theory\" is the closed form of the kubelet fact sheet, evaluated by Monte-Carlo (tick grid, resync [S, 1.5 S), two 0.1 s loops, TTL rule), with zero API time.\n\n## Delay from API response to visible in the volume\n\n")
	p("| run | node | strategy | S | TTL | pods per object | what | count | mean | p50 | p75 | p90 | p95 | p99 | max | KS distance (5 %% limit for independent samples) |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	row := func(run, node, st, S, ttl string, m int, what string, q map[string]any, ks string) {
		p("| %s | %s | %s | %s | %s | %d | %s | %v | %v | %v | %v | %v | %v | %v | %v | %s |\n", run, node, st, S, ttl, m, what, q["count"], q["mean"], q["p50"], q["p75"], q["p90"], q["p95"], q["p99"], q["max"], ks)
	}
	runs := []string{"r1", "r2", "r3", "r6", "r4l", "r5a", "r5b"}
	all := map[string]*loaded{}
	for _, name := range runs {
		r := loadRun(dir, name)
		if r == nil {
			continue
		}
		all[name] = r
		var names []string
		for n := range r.spec {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			sp := r.spec[n]
			var d []float64
			for _, s := range r.samples {
				if s.Node == n {
					d = append(d, s.Delay)
				}
			}
			S := r.meta.Run.Sync.Seconds()
			ttl, ttlName := 60.0, sp.TTL
			if sp.TTL != "" {
				ttl, _ = strconv.ParseFloat(sp.TTL, 64)
			} else {
				ttlName = "absent"
			}
			row(name, n, sp.Strategy, fmt.Sprint(S), ttlName, sp.Shared, "recorded", quantiles(d), "")
			th := theory(sp.Strategy, S, ttl, sp.Shared, 200000)
			q := quantiles(th)
			q["count"] = "-"
			ks := ""
			if len(d) > 0 {
				ks = fmt.Sprintf("%.3f (%.3f)", ksDistance(d, th), 1.36/math.Sqrt(float64(len(d))))
			}
			row(name, n, sp.Strategy, fmt.Sprint(S), ttlName, sp.Shared, "theory", q, ks)
		}
	}
	p("\nWrites without a matching swap (a later version overtook them, or the run ended): ")
	for _, n := range runs {
		if r := all[n]; r != nil {
			p("%s %d of %d; ", n, r.missing, r.missing+len(r.samples))
		}
	}
	p("\n\nClock check, inotify read minus mtime of the new ..data link (kernel clock): ")
	for _, n := range runs {
		if r := all[n]; r != nil {
			q := quantiles(r.lag)
			p("%s p50 %v p99 %v max %v; ", n, q["p50"], q["p99"], q["max"])
		}
	}
	p("\n\n## Mechanism check, sample by sample\n\nPrediction from the recorded requests and SetUps alone: the new content shows at the first SetUp of the pod that ends at or after the governing read; the governing read is the first GET of the object by the same kubelet received at or after tWriteStart (Cache, Get) or the write itself (Watch). Counted as met within 20 ms.\n\n| run | node | strategy | samples | met | not met |\n|---|---|---|---|---|---|\n")
	for _, name := range runs {
		r := all[name]
		if r == nil {
			continue
		}
		for _, sp := range r.meta.Run.Nodes {
			n, ok := 0, 0
			for _, sm := range r.samples {
				if sm.Node != sp.Name {
					continue
				}
				n++
				from := sm.Start
				if sp.Strategy != "Watch" {
					from = math.Inf(1)
					for _, q := range r.reqs[sm.Object] {
						t := q["t"].(float64)
						if strings.HasPrefix(q["request"].(string), "GET") && t >= sm.Start && t < from {
							from = t
						}
					}
				}
				su := r.setups[sm.Pod]
				k := sort.SearchFloat64s(su, from+r.meta.TBegin)
				if k < len(su) && math.Abs(su[k]-r.meta.TBegin-sm.Visible) < 0.02 {
					ok++
				}
			}
			p("| %s | %s | %s | %d | %d | %d |\n", name, sp.Name, sp.Strategy, n, ok, n-ok)
		}
	}
	p("\n## Gap between two SyncPod starts of one pod, in the write window\n\n| run | node | S | count | mean | sd | min | max | within 20 ms of a whole second | histogram (rounded) |\n|---|---|---|---|---|---|---|---|---|---|\n")
	gapsOut := map[string]map[string]map[string]any{}
	for _, name := range runs {
		r := all[name]
		if r == nil {
			continue
		}
		var names []string
		for n := range r.spec {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			byHalf := map[string][]float64{}
			var gs []float64
			whole := 0
			h := map[int]int{}
			for pod, ts := range r.syncs {
				if !strings.HasPrefix(pod, n+"-p") {
					continue
				}
				for i := 1; i < len(ts); i++ {
					if ts[i-1] < r.meta.TBegin || ts[i] > r.meta.TEnd {
						continue
					}
					g := ts[i] - ts[i-1]
					gs = append(gs, g)
					h[int(math.Round(g))]++
					if math.Abs(g-math.Round(g)) < 0.02 {
						whole++
					}
					byHalf[halfOf(index(pod))] = append(byHalf[halfOf(index(pod))], round6(g))
				}
			}
			if len(gs) == 0 {
				continue
			}
			for hf, g := range byHalf {
				if gapsOut[hf] == nil {
					gapsOut[hf] = map[string]map[string]any{}
				}
				if gapsOut[hf][name] == nil {
					gapsOut[hf][name] = map[string]any{}
				}
				hh := map[int]int{}
				for _, x := range g {
					hh[int(math.Round(x))]++
				}
				gapsOut[hf][name][n] = map[string]any{"summary": quantiles(g), "histogram": hh, "gaps": g}
			}
			var ks []int
			for k := range h {
				ks = append(ks, k)
			}
			sort.Ints(ks)
			var hs []string
			for _, k := range ks {
				hs = append(hs, fmt.Sprintf("%d:%d", k, h[k]))
			}
			q := quantiles(gs)
			p("| %s | %s | %v | %v | %v | %v | %v | %v | %.1f %% | %s |\n", name, n, r.meta.Run.Sync.Seconds(), q["count"], q["mean"], q["sd"], q["min"], q["max"], 100*float64(whole)/float64(len(gs)), strings.Join(hs, " "))
		}
	}
	p("\nTheory: S = 10: whole numbers 11..15 equally often, mean 13.0; S = 60: 61..90, mean 75.5, sd 8.66.\n\n## From SyncPod start to the end of SetUp of the (re)mounted volume\n\n| run | node | count | mean | p50 | p95 | p99 | max |\n|---|---|---|---|---|---|---|---|\n")
	for _, name := range runs {
		r := all[name]
		if r == nil {
			continue
		}
		var names []string
		for n := range r.spec {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			var d []float64
			for pod, ts := range r.syncs {
				if !strings.HasPrefix(pod, n+"-p") {
					continue
				}
				k := 0
				su := r.setups[pod]
				for _, t := range ts {
					if t < r.meta.TBegin || t > r.meta.TEnd {
						continue
					}
					for k < len(su) && su[k] < t {
						k++
					}
					if k < len(su) && su[k]-t < 5 {
						d = append(d, su[k]-t)
					}
				}
			}
			q := quantiles(d)
			p("| %s | %s | %v | %v | %v | %v | %v | %v |\n", name, n, q["count"], q["mean"], q["p50"], q["p95"], q["p99"], q["max"])
		}
	}
	p("\nTheory: sum of two uniform(0, 0.1): mean 0.1, largest about 0.2 plus loop run time.\n\n## API requests of the kubelets on the recorded objects, in the write window\n\nCounted from the audit log (RequestReceived). Theory for Get and for Cache with TTL 0: one GET per pod sync = 1 / E[G] per pod per second (S = 10: 0.0769; S = 60: 0.0132). Watch: no request in steady state.\n\n| run | node | strategy | TTL | pods | window s | request | count | per pod per second | per object per second | mean interval per object s |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, name := range runs {
		r := all[name]
		if r == nil {
			continue
		}
		win := r.meta.TEnd - r.meta.TBegin
		var names []string
		for n := range r.spec {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			sp := r.spec[n]
			tot := map[string]int{}
			for _, hf := range r.counts {
				for k, c := range hf[n] {
					tot[k] += c
				}
			}
			ttl := sp.TTL
			if ttl == "" {
				ttl = "absent"
			}
			if len(tot) == 0 {
				p("| %s | %s | %s | %s | %d | %.0f | none | 0 | 0 | 0 | |\n", name, n, sp.Strategy, ttl, sp.Groups*sp.Shared, win)
			}
			for k, c := range tot {
				p("| %s | %s | %s | %s | %d | %.0f | %s | %d | %.4f | %.4f | %.2f |\n", name, n, sp.Strategy, ttl, sp.Groups*sp.Shared, win, k, c, float64(c)/win/float64(sp.Groups*sp.Shared), float64(c)/win/float64(sp.Groups), win*float64(sp.Groups)/float64(c))
			}
		}
	}
	p("\n### Interval between consecutive GETs of one object (Cache)\n\n| run | node | TTL | pods per object | count | mean | p50 | p95 | min | max | histogram (rounded) |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, name := range runs {
		r := all[name]
		if r == nil {
			continue
		}
		for _, sp := range r.meta.Run.Nodes {
			if sp.Strategy != "Cache" {
				continue
			}
			var g []float64
			h := map[int]int{}
			for i := 0; i < sp.Groups; i++ {
				g = append(g, r.fetchGaps(fmt.Sprintf("%s-o%03d", sp.Name, i))...)
			}
			var ks []int
			for _, x := range g {
				k := int(math.Round(x))
				if h[k] == 0 {
					ks = append(ks, k)
				}
				h[k]++
			}
			sort.Ints(ks)
			var hs []string
			for _, k := range ks {
				hs = append(hs, fmt.Sprintf("%d:%d", k, h[k]))
			}
			ttl := sp.TTL
			if ttl == "" {
				ttl = "absent"
			}
			q := quantiles(g)
			p("| %s | %s | %s | %d | %v | %v | %v | %v | %v | %v | %s |\n", name, sp.Name, ttl, sp.Shared, q["count"], q["mean"], q["p50"], q["p95"], q["min"], q["max"], strings.Join(hs, " "))
		}
	}
	p("\n## Cost per process, in the write window\n\nCPU from /proc (user + system), resident memory at the end. \"runtime\" is the fake CRI of the node, a process of its own.\n\n| run | node | process | pods | S | window s | CPU seconds | CPU %% of one core | RSS MiB begin | RSS MiB end |\n|---|---|---|---|---|---|---|---|---|---|\n")
	var costRows []any
	for _, name := range runs {
		r := all[name]
		if r == nil {
			continue
		}
		type key struct{ n, p string }
		first, last := map[key]map[string]any{}, map[key]map[string]any{}
		var ks []key
		for _, c := range r.cost {
			st, ok := c["stat"].(map[string]any)
			if !ok {
				continue
			}
			k := key{c["node"].(string), c["process"].(string)}
			if first[k] == nil {
				first[k] = st
				ks = append(ks, k)
			}
			last[k] = st
		}
		sort.Slice(ks, func(i, j int) bool { return ks[i].n+ks[i].p < ks[j].n+ks[j].p })
		for _, k := range ks {
			a, b := first[k], last[k]
			dt := b["t"].(float64) - a["t"].(float64)
			dc := b["cpuSeconds"].(float64) - a["cpuSeconds"].(float64)
			sp := r.spec[k.n]
			row := map[string]any{"run": name, "node": k.n, "process": k.p, "strategy": sp.Strategy, "pods": sp.Groups * sp.Shared, "syncFrequencySeconds": r.meta.Run.Sync.Seconds(), "windowSeconds": round3(dt), "cpuSeconds": round3(dc), "cpuShareOfOneCore": round6(dc / dt), "rssMiBBegin": round3(a["rssBytes"].(float64) / 1048576), "rssMiBEnd": round3(b["rssBytes"].(float64) / 1048576)}
			costRows = append(costRows, row)
			p("| %s | %s | %s | %d | %v | %.0f | %.2f | %.2f | %.0f | %.0f |\n", name, k.n, k.p, sp.Groups*sp.Shared, r.meta.Run.Sync.Seconds(), dt, dc, 100*dc/dt, row["rssMiBBegin"], row["rssMiBEnd"])
		}
	}
	writeJSONL(filepath.Join(out, "visible", "e2e", "r5-cost.jsonl"), map[string]any{"header": true, "what": "R5: CPU time and resident memory per process over the write window of each run", "kubernetes": kubeVersion, "machine": "2 virtual cores",
		"fields": map[string]string{"process": "kubelet = hollow kubelet; runtime = fake CRI of that node; control = etcd and kube-apiserver shared by all runs of the same time; recorder = driver and observer", "cpuSeconds": "user + system", "pods": "0 for control and recorder"}}, costRows)

	for _, name := range runs {
		r := all[name]
		if r == nil {
			continue
		}
		pub := map[string]string{"r6": "r3b", "r4l": "r4-l"}[name]
		if pub == "" {
			pub = name
		}
		for _, half := range []string{"visible", "holdout"} {
			if name == "r4l" && half == "holdout" {
				continue
			}
			in := func(i int) bool { return name == "r4l" || halfOf(i) == half }
			var rows []any
			for _, s := range r.samples {
				if in(s.PodIndex) {
					rows = append(rows, s)
				}
			}
			h := header("delay from the API server's response to the swap of the volume's ..data link, one line per write and pod", &r.meta, half)
			if name == "r4l" {
				h["half"] = "all"
			}
			h["fields"] = sampleDocs
			writeJSONL(filepath.Join(out, half, "e2e", pub+"-samples.jsonl"), h, rows)

			// load
			win := r.meta.TEnd - r.meta.TBegin
			ld := map[string]any{}
			for n, sp := range r.spec {
				c := map[string]int{}
				for hf, x := range r.counts {
					if name == "r4l" || hf == half {
						for k, v := range x[n] {
							c[k] += v
						}
					}
				}
				objs := 0
				for g := 0; g < sp.Groups; g++ {
					if in(g) {
						objs++
					}
				}
				var fg []float64
				for g := 0; g < sp.Groups; g++ {
					if in(g) {
						fg = append(fg, r.fetchGaps(fmt.Sprintf("%s-o%03d", n, g))...)
					}
				}
				ld[n] = map[string]any{"fetchGaps": fg, "strategy": sp.Strategy, "ttl": sp.TTL, "objects": objs, "pods": objs * sp.Shared, "requests": c, "restClientWholeKubelet": map[string]any{"begin": r.meta.Begin["rest:"+n], "end": r.meta.Finish["rest:"+n]}}
			}
			lh := header("API requests of the kubelets on the run's objects in the write window, from the audit log; objects split by object index (even visible, odd holdout)", &r.meta, half)
			lh["windowSeconds"] = round3(win)
			lh["fields"] = map[string]string{"fetchGaps": "seconds between consecutive GETs of one object by this kubelet, window only", "requests": "count by verb and options; rv=unset means no resourceVersion parameter, rv=last a concrete number", "restClientWholeKubelet": "rest_client_requests_total of the whole kubelet (all resources, both halves) at both ends of the window", "apiMetrics": "API server counters for secrets and configmaps at both ends; they include every run of the same time"}
			lh["load"] = ld
			lh["apiMetrics"] = map[string]any{"begin": r.meta.Begin["api"], "end": r.meta.Finish["api"]}
			writeJSON(filepath.Join(out, half, "e2e", pub+"-load.json"), lh)

			gh := header("gaps between consecutive SyncPod starts of one pod, in the write window, seconds", &r.meta, half)
			if name == "r4l" {
				g := map[string]any{}
				for _, hf := range []string{"visible", "holdout"} {
					for n, x := range gapsOut[hf][name] {
						g[hf+" "+n] = x
					}
				}
				gh["gaps"] = g
			} else {
				gh["gaps"] = gapsOut[half][name]
			}
			b, _ := json.Marshal(gh)
			check(os.WriteFile(filepath.Join(out, half, "e2e", pub+"-gaps.json"), append(b, '\n'), 0o644))

			// full timelines of two objects per node
			type ev struct {
				T   float64        `json:"t"`
				Src string         `json:"src"`
				X   map[string]any `json:"x,omitempty"`
				Pod string         `json:"pod,omitempty"`
				Obj string         `json:"object,omitempty"`
				N   string         `json:"node"`
			}
			var tl []ev
			for n, sp := range r.spec {
				took := 0
				for g := 0; g < sp.Groups && took < 2; g++ {
					if halfOf(g) != half {
						continue
					}
					took++
					o := fmt.Sprintf("%s-o%03d", n, g)
					for _, q := range r.reqs[o] {
						tl = append(tl, ev{T: round6(q["t"].(float64)), Src: "request", Obj: o, N: n, X: map[string]any{"request": q["request"], "stage": q["stage"], "tStage": round6(q["at"].(float64)), "code": q["code"]}})
					}
					seenW := map[int]bool{}
					for i, pd := range r.meta.Consumers[o] {
						if i >= 3 {
							break
						}
						for _, t := range r.syncs[pd] {
							tl = append(tl, ev{T: round6(t - r.meta.TBegin), Src: "sync", Pod: pd, N: n})
						}
						for _, t := range r.syncEnd[pd] {
							tl = append(tl, ev{T: round6(t - r.meta.TBegin), Src: "syncEnd", Pod: pd, N: n})
						}
						for _, t := range r.setups[pd] {
							tl = append(tl, ev{T: round6(t - r.meta.TBegin), Src: "setUpDone", Pod: pd, N: n})
						}
						for _, s := range r.samples {
							if s.Pod == pd {
								if !seenW[s.Version] {
									seenW[s.Version] = true
									tl = append(tl, ev{T: s.End, Src: "write", Obj: o, N: n, X: map[string]any{"version": s.Version, "tStart": s.Start}})
								}
								tl = append(tl, ev{T: s.Visible, Src: "visible", Pod: pd, N: n, X: map[string]any{"version": s.Version}})
							}
						}
					}
				}
			}
			sort.SliceStable(tl, func(i, j int) bool {
				if tl[i].N != tl[j].N {
					return tl[i].N < tl[j].N
				}
				return tl[i].T < tl[j].T
			})
			th := header("everything that happened to two objects per node and up to three of their pods, per node in time order; t in seconds since the beginning of the write window (negative: before)", &r.meta, half)
			th["fields"] = map[string]string{"src": "request = API request received (tStage = time of the audit stage; a WATCH has ResponseStarted and, when it ends, ResponseComplete); sync / syncEnd = SyncPod enters / returns; setUpDone = the volume's SetUp succeeded, changed or not; write = API response to the driver's PUT; visible = ..data swapped"}
			rows = nil
			for _, e := range tl {
				rows = append(rows, e)
			}
			writeJSONL(filepath.Join(out, half, "e2e", pub+"-timelines.jsonl"), th, rows)
		}
	}
	scripts(dir, out, p)
	if b, err := os.ReadFile("observations.md"); err == nil {
		p("\n%s", b)
	}
	check(os.WriteFile("SUMMARY.md", []byte(md.String()), 0o644))
}

var holdoutLetters = map[string]bool{"b": true, "e": true, "g": true, "j": true, "k": true}

// scripts turns the raw recordings of the scripted runs into event lists.
func scripts(dir, out string, p func(string, ...any)) {
	byLetter := map[string][]any{}
	type result struct {
		d          []float64
		late, lost int
	}
	results := map[string]*result{}
	var order []string
	for _, name := range []string{"r4", "r4c", "r4h", "smoke", "r7", "r8"} {
		work := filepath.Join(dir, name)
		b, err := os.ReadFile(filepath.Join(work, "meta.json"))
		if err != nil {
			continue
		}
		var meta struct {
			Cases []*scene
			Sync  time.Duration
			TTL   string
		}
		check(json.Unmarshal(b, &meta))
		caseOfPod, caseOfObj := map[string]*scene{}, map[string]*scene{}
		for _, c := range meta.Cases {
			for _, x := range c.Pods {
				caseOfPod[x] = c
			}
			for _, x := range c.Objects {
				caseOfObj[x] = c
			}
		}
		evs := map[string][]map[string]any{}
		add := func(c *scene, t float64, m map[string]any) {
			if c == nil || t < c.T0-1 || t > c.T1+1 {
				return
			}
			m["t"] = round6(t - c.T0)
			evs[c.ID] = append(evs[c.ID], m)
		}
		byID := map[string]*scene{}
		for _, c := range meta.Cases {
			byID[c.ID] = c
		}
		readLines(filepath.Join(work, "actions.jsonl"), func(b []byte) {
			var m map[string]any
			check(json.Unmarshal(b, &m))
			c := byID[m["case"].(string)]
			t := m["t"].(float64)
			delete(m, "case")
			delete(m, "t")
			if s, ok := m["start"].(float64); ok {
				m["start"] = round6(s - c.T0)
			}
			for _, k := range []string{"tWriteEnd", "tNudgeEnd", "tVisible"} {
				if s, ok := m[k].(float64); ok {
					m[k] = round6(s - c.T0)
				}
			}
			if d, ok := m["delay"].(float64); ok {
				m["delay"] = round6(d)
			}
			m["src"] = "driver"
			if m["what"] == "result" {
				r := results[c.ID]
				if r == nil {
					r = &result{}
					results[c.ID] = r
					order = append(order, c.ID)
				}
				if d, ok := m["delay"].(float64); ok {
					r.d = append(r.d, d)
					if d > 2.5 {
						r.late++
					}
				} else {
					r.lost++
				}
			}
			add(c, t, m)
		})
		readLines(filepath.Join(work, "changes.jsonl"), func(b []byte) {
			var c change
			check(json.Unmarshal(b, &c))
			m := map[string]any{"src": "volume", "what": map[string]string{"swap": "..data swapped", "first": "found with content when first looked at", "gone": "directory removed"}[c.Kind], "pod": c.Pod, "volume": c.Volume}
			if c.Kind != "gone" {
				m["content"] = c.Data
			}
			add(caseOfPod[c.Pod], c.T, m)
		})
		year := time.Now().Year()
		uids := map[string]string{}
		nodes := map[string]bool{}
		for _, c := range meta.Cases {
			nodes[c.Node] = true
		}
		for n := range nodes {
			readLines(filepath.Join(work, n, "events.jsonl"), func(b []byte) {
				var e struct {
					T                             float64
					Object, Type, Reason, Message string
				}
				check(json.Unmarshal(b, &e))
				add(caseOfPod[e.Object], e.T, map[string]any{"src": "kubelet event", "pod": e.Object, "type": e.Type, "reason": e.Reason, "message": e.Message})
			})
			eachKlog(filepath.Join(work, n, "kubelet.log"), year, func(k klogLine) {
				pm := rePod.FindStringSubmatch(k.Msg)
				pod := ""
				if pm != nil {
					pod = pm[2]
				} else if q := rePodQ.FindStringSubmatch(k.Msg); q != nil {
					pod = q[1]
				}
				vname := ""
				if q := reVol.FindStringSubmatch(k.Msg); q != nil {
					vname = q[1]
				}
				for what, mark := range map[string]string{"SyncPod enter": `"SyncPod enter"`, "SyncPod exit": `"SyncPod exit"`, "SyncTerminatingPod enter": `"SyncTerminatingPod enter"`, "SyncTerminatingPod exit": `"SyncTerminatingPod exit"`, "SyncTerminatedPod enter": `"SyncTerminatedPod enter"`, "SyncTerminatedPod exit": `"SyncTerminatedPod exit"`, "Pod termination unmounted volumes": `"Pod termination unmounted volumes"`, "Pod is terminated and all volumes are cleaned up": `"Pod termination cleaned up volume paths"`} {
					if strings.HasPrefix(k.Msg, mark) {
						add(caseOfPod[pod], k.T, map[string]any{"src": "kubelet log", "what": what, "pod": pod})
					}
				}
				if q := reRefl.FindStringSubmatch(k.Msg); q != nil {
					m := map[string]any{"src": "kubelet log", "what": "reflector", "object": q[1]}
					m["message"] = k.Msg[:strings.Index(k.Msg, "reflector=")]
					if i := strings.Index(k.Msg, "err="); i >= 0 {
						m["error"] = k.Msg[i+4:]
					}
					add(caseOfObj[q[1]], k.T, m)
				}
				switch {
				case strings.Contains(k.Msg, "MountVolume.SetUp succeeded"):
					add(caseOfPod[pod], k.T, map[string]any{"src": "kubelet log", "what": "SetUp succeeded", "pod": pod, "volume": vname})
				case strings.Contains(k.Msg, "UnmountVolume.TearDown succeeded"):
					for u, pn := range uids {
						if strings.Contains(k.Msg, u) {
							add(caseOfPod[pn], k.T, map[string]any{"src": "kubelet log", "what": "TearDown succeeded", "pod": pn})
						}
					}
				case strings.Contains(k.Msg, "No retries permitted until"):
					if q := reBack.FindStringSubmatch(k.Msg); q != nil {
						add(caseOfPod[pod], k.T, map[string]any{"src": "kubelet log", "what": "SetUp failed", "pod": pod, "volume": vname, "durationBeforeRetry": q[1]})
					}
				case strings.Contains(k.Msg, "Error syncing pod"):
					e := k.Msg
					if i := strings.Index(e, "err="); i >= 0 {
						e = e[i:]
						if j := strings.Index(e, `" pod=`); j >= 0 {
							e = e[:j+1]
						}
					}
					add(caseOfPod[pod], k.T, map[string]any{"src": "kubelet log", "what": "sync failed", "pod": pod, "error": e})
				}
				if i := strings.Index(k.Msg, `podUID="`); i >= 0 && pod != "" && caseOfPod[pod] != nil {
					u := k.Msg[i+8:]
					if j := strings.Index(u, `"`); j > 0 {
						uids[u[:j]] = pod
					}
				}
			})
		}
		eachAudit(filepath.Join(dir, "control"), name+"-", func(node string, a *auditLine) {
			if a.Stage == "RequestReceived" || a.ObjectRef.Namespace != name || !nodes[node] {
				return
			}
			m := map[string]any{"src": "api", "request": requestKind(a), "resource": a.ObjectRef.Resource, "object": a.ObjectRef.Name, "code": a.Response.Code, "stage": a.Stage, "received": 0.0}
			var c *scene
			switch a.ObjectRef.Resource {
			case "secrets", "configmaps":
				c = caseOfObj[a.ObjectRef.Name]
			case "pods":
				if a.Verb == "watch" || a.Verb == "list" {
					return
				}
				c = caseOfPod[a.ObjectRef.Name]
				m["request"] = strings.ToUpper(a.Verb)
				if a.ObjectRef.Subresource != "" {
					m["resource"] = "pods/" + a.ObjectRef.Subresource
				}
			}
			if c == nil || c.Node != node {
				return
			}
			if a.Response.Message != "" {
				m["message"] = a.Response.Message
			}
			m["received"] = round6(stamp(a.Received) - c.T0)
			add(c, stamp(a.At), m)
		})
		for _, c := range meta.Cases {
			l := evs[c.ID]
			sort.SliceStable(l, func(i, j int) bool { return l[i]["t"].(float64) < l[j]["t"].(float64) })
			k := c.Letter[:1]
			byLetter[k] = append(byLetter[k], map[string]any{"case": c.ID, "begin": true, "variant": c.Letter, "strategy": c.Strategy, "ttl": meta.TTL, "syncFrequencySeconds": meta.Sync.Seconds(), "description": describe[c.Letter]})
			for _, e := range l {
				e["case"] = c.ID
				byLetter[k] = append(byLetter[k], e)
			}
		}
	}
	for k, rows := range byLetter {
		half := "visible"
		if holdoutLetters[k] {
			half = "holdout"
		}
		writeJSONL(filepath.Join(out, half, "e2e", "r4-"+k+".jsonl"), map[string]any{"header": true, "what": "R4 (" + k + "): scripted timelines, one block per case, each begun by a line with begin: true, in time order", "kubernetes": kubeVersion, "strategies": "see each block", "conditions": "as in the delay runs; every pod is bound directly, one container, grace period 2 s; kubelet events are taken from the kubelet's recorder one by one (a cluster's API would show them aggregated)",
			"fields": map[string]string{"t": "seconds since the case began", "src": "driver = what the script did (t = when it returned, start = when it began); api = request of this kubelet (t = time of the audit stage, received = when the API server received it; a WATCH shows ResponseStarted and, when it ends, ResponseComplete); kubelet event = event emitted; kubelet log = line of the kubelet's log; volume = seen by inotify", "content": "file name -> content"}}, rows)
	}
	p("\n## Nudges (annotation on the pod right after the write)\n\n| case | count | mean | p50 | p95 | max | later than 2.5 s | not seen |\n|---|---|---|---|---|---|---|---|\n")
	for _, id := range order {
		r := results[id]
		q := quantiles(r.d)
		p("| %s | %v | %v | %v | %v | %v | %d | %d |\n", id, q["count"], q["mean"], q["p50"], q["p95"], q["max"], r.late, r.lost)
	}
}

var describe = map[string]string{
	"a20": "pod whose Secret is missing; the Secret is created 20 s after the pod", "a70": "pod whose Secret is missing; the Secret is created 70 s after the pod",
	"b40": "mounted Secret deleted, created again with other content 40 s later", "b100": "mounted Secret deleted, created again with other content 100 s later",
	"c": "optional Secret missing, then created, updated, deleted, created again", "d": "volume with items k1 and k2; k2 removed and k1 changed in one update; 30 s later both back",
	"d0": "the same updates for a volume without items", "e": "immutable Secret: refused updates, delete and create again (immutable, other content) at once; a second pod; a nudge; all pods gone; a third pod",
	"em": "as e, but created again without immutable", "f": "each repetition: write the Secret, then at once annotate the pod", "ft": "as f with node TTL annotation 60",
	"fd": "each repetition: annotate the pod, 0.2 to 0.7 s later write the Secret and annotate again", "g": "Secret volume and projected volume of the same Secret in one pod",
	"h": "kubelet process stopped and started again with the same root directory, runtime and its containers keep running; meanwhile Secret b updated, Secret c deleted",
	"i": "volumes that no container mounts (pod p: one used, one unused; pod q: only an unused one)", "j": "two volumes of two Secrets in one pod; Secret a deleted, Secret b updated again and again; a created again",
	"m": "Secret used by environment variables only (envFrom), no volume", "n": "pod with two image pull secrets, one there, one missing, no volume",
	"o":  "API server and etcd stopped for about 12 s and started again with the same data; every Secret updated when they are ready again",
	"k1": "pod deleted (grace 2 s), Secret updated right after", "k2": "two pods share a Secret; one deleted, then the other",
}
