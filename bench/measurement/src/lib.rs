//! Arguments, the clock, and the line that is printed.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::fs;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// What is measured: from the command line, as name=value.
pub(crate) struct Measurement {
    arguments: HashMap<String, String>,
    pub(crate) messages: usize,
    pub(crate) many: usize,
    body_bytes: usize,
}

impl Measurement {
    pub(crate) fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let arguments = env::args()
            .skip(1)
            .map(|it| {
                let (name, value) = it.split_once('=').ok_or(format!("{it} is no name=value"))?;
                Ok((name.to_owned(), value.to_owned()))
            })
            .collect::<Result<HashMap<_, _>, String>>()?;
        let number = |name: &str, otherwise: usize| {
            arguments
                .get(name)
                .map_or(Ok(otherwise), |it| it.parse::<usize>())
        };
        Ok(Self {
            messages: number("messages", 100_000)?,
            many: number("many", 1_000)?,
            body_bytes: number("body", 128)?,
            arguments,
        })
    }

    pub(crate) fn text<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        self.arguments.get(name).map_or(otherwise, String::as_str)
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        vec![b'x'; self.body_bytes]
    }

    pub(crate) fn begin(&self) -> Begun<'_> {
        Begun {
            measurement: self,
            wall: Instant::now(),
            cpu_s: cpu_s(),
        }
    }
}

/// A point in time, and what the process had used by then.
pub(crate) struct Begun<'a> {
    measurement: &'a Measurement,
    wall: Instant,
    cpu_s: f64,
}

impl Begun<'_> {
    pub(crate) fn report(self, scenario: &str) {
        let Measurement {
            messages,
            body_bytes,
            ..
        } = self.measurement;
        let count = *messages as f64;
        let rate = count / self.wall.elapsed().as_secs_f64();
        let cpu = (cpu_s() - self.cpu_s) / count * 1e6;
        let rss = peak_rss_mib();
        println!(
            "{{\"client\":\"librdkafka\",\"language\":\"Rust\",\"scenario\":\"{scenario}\",\
             \"body_bytes\":{body_bytes},\"threads\":1,\"messages\":{messages},\
             \"msg_per_s\":{rate:.0},\"p50_us\":null,\"p99_us\":null,\
             \"client_cpu_s_per_1M\":{cpu:.3},\"client_rss_mib\":{rss:.1},\
             \"server\":\"librdkafka's mock cluster\"}}"
        );
    }
}

fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory that this program had.
fn peak_rss_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    kib.and_then(|it| it.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
