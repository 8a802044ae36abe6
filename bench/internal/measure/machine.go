package measure

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Load is the load average of the last minute.
func Load() float64 {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	v, err := strconv.ParseFloat(strings.Fields(string(b))[0], 64)
	if err != nil {
		return 0
	}
	return v
}

// Machine says on what is measured.
func Machine() string {
	name := runtime.GOARCH
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", name, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// Processor is the processor time that this process has used, in nanoseconds.
func Processor() int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return r.Utime.Nano() + r.Stime.Nano()
}

// ticks is the clock of /proc: hundredths of a second on every Linux that Go runs on.
const ticks = 100

// tree lists a process and all that descend from it.
func tree(root int) []int {
	children := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	for _, path := range stats {
		if f := stat(path); f != nil {
			if parent, err := strconv.Atoi(f[1]); err == nil {
				pid, err := strconv.Atoi(strings.Split(path, "/")[2])
				if err == nil {
					children[parent] = append(children[parent], pid)
				}
			}
		}
	}
	all := []int{root}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// stat is what stands behind the command's name in /proc/PID/stat.
func stat(path string) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	i := bytes.LastIndexByte(b, ')')
	if i < 0 {
		return nil
	}
	f := strings.Fields(string(b[i+1:]))
	if len(f) < 15 {
		return nil
	}
	return f
}

// CPU is the processor time of a process and its descendants, also of those that have ended, in seconds.
func CPU(root int) float64 {
	var sum float64
	for _, pid := range tree(root) {
		f := stat("/proc/" + strconv.Itoa(pid) + "/stat")
		if f == nil {
			continue
		}
		for _, s := range f[11:15] {
			if v, err := strconv.ParseFloat(s, 64); err == nil {
				sum += v / ticks
			}
		}
	}
	return sum
}

// PSS is the memory of a process and its descendants in megabytes; what is shared counts by its share.
func PSS(root int) float64 {
	var sum float64
	for _, pid := range tree(root) {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/smaps_rollup")
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
				if v, err := strconv.ParseFloat(f[1], 64); err == nil {
					sum += v * 1024 / 1e6
				}
			}
		}
	}
	return sum
}

// Floor is how long it takes to append 4 KB to a file in the folder and have them on the disk: the least
// that any durable answer costs here. It returns the median and the 99th percentile in milliseconds.
func Floor(dir string, n int) (p50, p99 float64, err error) {
	f, err := os.CreateTemp(dir, "floor-")
	if err != nil {
		return 0, 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page := make([]byte, 4096)
	took := make([]time.Duration, 0, n)
	start := time.Now()
	for range n {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, 0, err
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			return 0, 0, err
		}
		took = append(took, time.Since(began))
	}
	r := Of(took, time.Since(start), 0)
	return r.P50, r.P99, nil
}
