// The Go client, measured as bench/c measures ours: the same arguments, the same lines.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
	"github.com/apache/rocketmq-client-go/v2/rlog"
)

type bench struct {
	arguments map[string]string
	begun     time.Time
	begunCPU  float64
	failed    atomic.Int64
}

func main() {
	rlog.SetLogLevel("error")
	b := &bench{arguments: map[string]string{}}
	for _, argument := range os.Args[1:] {
		name, value, _ := strings.Cut(argument, "=")
		b.arguments[name] = value
	}
	scenarios := map[string]func(){
		"blocking": b.blocking, "async": b.asynchronous, "drain": b.drain,
	}
	scenario, known := scenarios[b.text("scenario", "async")]
	if !known {
		panic("no such scenario")
	}
	scenario()
	if failed := b.failed.Load(); failed > 0 {
		fmt.Fprintln(os.Stderr, failed, "messages were not stored")
		os.Exit(1)
	}
}

func (b *bench) text(name, otherwise string) string {
	if value, known := b.arguments[name]; known {
		return value
	}
	return otherwise
}

func (b *bench) number(name string, otherwise int) int {
	value, err := strconv.Atoi(b.text(name, strconv.Itoa(otherwise)))
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func (b *bench) message() *primitive.Message {
	return primitive.NewMessage(b.text("topic", "bench"), bytes.Repeat([]byte("x"), b.number("body", 128)))
}

func (b *bench) nameServers() []string { return []string{b.text("address", "")} }

func (b *bench) producer() rocketmq.Producer {
	p, err := rocketmq.NewProducer(
		producer.WithNameServer(b.nameServers()),
		producer.WithGroupName("GID_bench"),
		producer.WithSendMsgTimeout(30*time.Second),
	)
	check(err)
	check(p.Start())
	for range b.number("warmup", 20000) {
		_, err := p.SendSync(context.Background(), b.message())
		check(err)
	}
	return p
}

func (b *bench) blocking() {
	p := b.producer()
	threads := b.number("threads", 1)
	each := b.number("messages", 100000) / threads
	times := make([]float64, each*threads)
	var senders sync.WaitGroup
	b.begin()
	for thread := range threads {
		senders.Add(1)
		go func() {
			defer senders.Done()
			for at := thread * each; at < (thread+1)*each; at++ {
				begun := time.Now()
				if _, err := p.SendSync(context.Background(), b.message()); err != nil {
					b.failed.Add(1)
				}
				times[at] = float64(time.Since(begun).Nanoseconds()) / 1e3
			}
		}()
	}
	senders.Wait()
	b.report(times)
	check(p.Shutdown())
}

func (b *bench) asynchronous() {
	p := b.producer()
	inFlight := make(chan struct{}, b.number("in_flight", 10000))
	var left sync.WaitGroup
	b.begin()
	for range b.number("messages", 100000) {
		inFlight <- struct{}{}
		left.Add(1)
		over := func(_ context.Context, _ *primitive.SendResult, err error) {
			if err != nil {
				b.failed.Add(1)
			}
			<-inFlight
			left.Done()
		}
		if err := p.SendAsync(context.Background(), over, b.message()); err != nil {
			over(nil, nil, err)
		}
	}
	left.Wait()
	b.report(nil)
	check(p.Shutdown())
}

func (b *bench) drain() {
	wanted := int64(b.number("messages", 100000))
	var count atomic.Int64
	var first sync.Once
	all := make(chan struct{})
	c, err := rocketmq.NewPushConsumer(
		consumer.WithNameServer(b.nameServers()),
		consumer.WithGroupName(b.text("group", "GID_drain")),
		consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset),
		consumer.WithPullBatchSize(int32(b.number("pull", 32))),
		consumer.WithConsumeMessageBatchMaxSize(b.number("many", 1)),
	)
	check(err)
	listener := func(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		first.Do(b.begin)
		came := count.Add(int64(len(messages)))
		if came >= wanted && came-int64(len(messages)) < wanted {
			close(all)
		}
		return consumer.ConsumeSuccess, nil
	}
	check(c.Subscribe(b.text("topic", "bench"), consumer.MessageSelector{}, listener))
	check(c.Start())
	<-all
	b.report(nil)
	check(c.Shutdown())
}

func (b *bench) begin() {
	b.begun, b.begunCPU = time.Now(), cpu()
}

func cpu() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	seconds := func(time syscall.Timeval) float64 { return float64(time.Sec) + float64(time.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func (b *bench) report(times []float64) {
	wall, used := time.Since(b.begun).Seconds(), cpu()-b.begunCPU
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	messages := float64(b.number("messages", 100000))
	line := map[string]any{
		"client": "rocketmq-client-go", "language": "Go", "scenario": b.text("scenario", ""),
		"body_bytes": b.number("body", 128), "threads": b.number("threads", 1),
		"messages": messages, "msg_per_s": messages / wall, "p50_us": nil, "p99_us": nil,
		"client_cpu_s_per_1M": used / messages * 1e6,
		"client_rss_mib":      float64(usage.Maxrss) / 1024, "server": b.text("server", "unknown"),
	}
	if times != nil {
		sort.Float64s(times)
		line["p50_us"], line["p99_us"] = times[len(times)/2], times[len(times)*99/100]
	}
	check(json.NewEncoder(os.Stdout).Encode(line))
}
