//! What processes take of memory, as Linux counts it.

/// KiB of a process: `VmRSS` for what it holds, `VmHWM` for the most that it has held.
///
/// # Panics
/// Where there is no such process, or no such figure.
#[must_use]
pub fn kib(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let value = lines.find_map(|(it, value)| (it == name).then_some(value));
    let number = value.and_then(|value| value.split_whitespace().next()?.parse().ok());
    number.expect("a number")
}
