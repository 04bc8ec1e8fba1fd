// What the programs for Node have in common: arguments, the clock, and the line they print.

import { readFileSync } from 'node:fs'

const DEFAULTS = {
  address: '127.0.0.1:9876',
  topic: 'bench',
  server: 'unknown',
  scenario: 'async',
  messages: '100000',
  body: '128',
  in_flight: '10000',
  many: '1000',
  group: 'GID_drain',
}

// The most memory that this program had. Not maxRSS, which has that of who started it.
function peakRssMib() {
  const found = /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
  return found && Number((Number(found[1]) / 1024).toFixed(1))
}

function percentile(timesUs, percent) {
  if (timesUs.length === 0) return null
  return Number(timesUs[Math.floor((timesUs.length * percent) / 100)].toFixed(1))
}

/** Arguments as name=value, those of bench/c, and what was used since `begin`. */
export class Measurement {
  constructor(client) {
    this.client = client
    this.text = {
      ...DEFAULTS,
      ...Object.fromEntries(process.argv.slice(2).map((it) => it.split('='))),
    }
    this.messages = Number(this.text.messages)
    this.many = Number(this.text.many)
    this.inFlight = Number(this.text.in_flight)
    this.body = Buffer.alloc(Number(this.text.body), 'x')
    this.begin()
  }

  begin() {
    this.begun = [performance.now(), process.cpuUsage()]
  }

  /** One call after the other; how long each took. */
  async blocking(send) {
    const timesUs = new Float64Array(this.messages)
    this.begin()
    for (let at = 0; at < this.messages; at++) {
      const begun = performance.now()
      await send()
      timesUs[at] = (performance.now() - begun) * 1000
    }
    this.report(timesUs.sort())
  }

  report(timesUs = []) {
    const wall = (performance.now() - this.begun[0]) / 1000
    const cpu = process.cpuUsage(this.begun[1])
    const line = {
      client: this.client,
      language: 'Node',
      scenario: this.text.scenario,
      body_bytes: this.body.length,
      threads: 1,
      messages: this.messages,
      msg_per_s: Math.round(this.messages / wall),
      p50_us: percentile(timesUs, 50),
      p99_us: percentile(timesUs, 99),
      client_cpu_s_per_1M: Number(((cpu.user + cpu.system) / this.messages).toFixed(3)),
      client_rss_mib: peakRssMib(),
      server: this.text.server,
    }
    console.log(JSON.stringify(line))
  }
}
