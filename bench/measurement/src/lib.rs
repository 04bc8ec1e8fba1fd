//! What the programs in Rust that measure have in common: arguments, the clock, and the line that is
//! printed, which are those of `bench/c`.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::fs;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// What is measured: from the command line, as name=value.
pub struct Measurement {
    arguments: HashMap<String, String>,
    /// Those behind `--`: the client's own.
    pub properties: Vec<(String, String)>,
    /// How many messages are sent or received.
    pub messages: usize,
    /// How many go in one call.
    pub many: usize,
    /// How many may wait for an answer.
    pub in_flight: usize,
    body_bytes: usize,
}

impl Measurement {
    /// Reads the command line.
    ///
    /// # Errors
    /// What is no name=value, and what is no number.
    pub fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let mut all = env::args().skip(1);
        let arguments: HashMap<_, _> = pairs(all.by_ref().take_while(|it| it != "--"))?;
        let properties = pairs(all)?;
        let number = |name: &str, otherwise: usize| {
            arguments
                .get(name)
                .map_or(Ok(otherwise), |it| it.parse::<usize>())
        };
        Ok(Self {
            messages: number("messages", 100_000)?,
            many: number("many", 1_000)?,
            in_flight: number("in_flight", 10_000)?,
            body_bytes: number("body", 128)?,
            arguments,
            properties,
        })
    }

    /// An argument that is a text.
    #[must_use]
    pub fn text<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        self.arguments.get(name).map_or(otherwise, String::as_str)
    }

    /// The body of each message.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        vec![b'x'; self.body_bytes]
    }

    /// From now on it counts.
    #[must_use]
    pub fn begin(&self) -> Begun<'_> {
        Begun {
            measurement: self,
            wall: Instant::now(),
            cpu_s: cpu_s(),
        }
    }
}

/// A point in time, and what the process had used by then.
pub struct Begun<'a> {
    measurement: &'a Measurement,
    wall: Instant,
    cpu_s: f64,
}

impl Begun<'_> {
    /// It counts no more: prints the line. `times_us` are how long single messages took, where that
    /// is known.
    pub fn report(&self, client: &str, scenario: &str, server: &str, mut times_us: Vec<f64>) {
        let Measurement {
            messages,
            body_bytes,
            ..
        } = self.measurement;
        let count = *messages as f64;
        let rate = count / self.wall.elapsed().as_secs_f64();
        let cpu = (cpu_s() - self.cpu_s) / count * 1e6;
        let rss = peak_rss_mib();
        times_us.sort_unstable_by(f64::total_cmp);
        let (p50, p99) = (percentile(&times_us, 50), percentile(&times_us, 99));
        println!(
            "{{\"client\":\"{client}\",\"language\":\"Rust\",\"scenario\":\"{scenario}\",\
             \"body_bytes\":{body_bytes},\"threads\":1,\"messages\":{messages},\
             \"msg_per_s\":{rate:.0},\"p50_us\":{p50},\"p99_us\":{p99},\
             \"client_cpu_s_per_1M\":{cpu:.3},\"client_rss_mib\":{rss:.1},\
             \"server\":\"{server}\"}}"
        );
    }
}

fn pairs<C: FromIterator<(String, String)>>(
    arguments: impl Iterator<Item = String>,
) -> Result<C, String> {
    arguments
        .map(|it| {
            let (name, value) = it.split_once('=').ok_or(format!("{it} is no name=value"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect()
}

fn percentile(sorted: &[f64], percent: usize) -> String {
    let at = sorted.get(sorted.len() * percent / 100);
    at.map_or_else(|| "null".to_owned(), |time| format!("{time:.1}"))
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
