//! `trend/...`: messages by time. What was written is told from the messages themselves, to the
//! millisecond; what was consumed from counters, to the minute.

use serde_json::{Value, json};

use crate::broker::stored_between;
use crate::console::answer::{Answered, Done, Refused};
use crate::console::call::{Call, Found, bare};

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;
/// Points of one answer: a week of minutes.
const MOST: i64 = 7 * 24 * 60;

/// What is asked for.
struct Asked {
    topic: Found,
    /// The beginnings of all periods, and the end of the last one.
    times: Vec<i64>,
    /// Seconds of a period.
    seconds: i64,
    is_rate: bool,
}

pub(super) fn topic_input(call: &Call<'_>) -> Answered {
    let asked = Asked::parse(call)?;
    let mut counts = vec![0; asked.times.len() - 1];
    let queues = asked.topic.at.iter().flat_map(|(_, it)| it.queues());
    for queue in queues {
        for (count, stored) in counts.iter_mut().zip(stored_between(queue, &asked.times)) {
            *count += stored;
        }
    }
    Ok(asked.answer(&counts))
}

pub(super) fn group_output(call: &Call<'_>) -> Answered {
    let asked = Asked::parse(call)?;
    let periods = asked.times.windows(2);
    let counts: Vec<_> = periods
        .map(|period| {
            let at = asked.topic.at.iter();
            let counts =
                at.map(|(it, _)| it.consumed_between(&asked.topic.name, period[0], period[1]));
            counts.sum::<u64>().cast_signed()
        })
        .collect();
    Ok(asked.answer(&counts))
}

impl Asked {
    fn parse(call: &Call<'_>) -> Result<Self, Refused> {
        let (begin, end) = call.parameters.times()?;
        let minutes = call.parameters.choice("period", &[1, 5, 10])?;
        let is_rate = call.parameters.choice("type", &[0, 1])? == 1;
        let period = minutes * MINUTE;
        // Counters know of whole minutes.
        let begin = begin - begin.rem_euclid(MINUTE);
        let span = end.checked_sub(begin).filter(|it| it / period < MOST);
        let span = span.ok_or_else(|| {
            Refused::field(
                "endTime",
                &format!("more than {MOST} periods after beginTime"),
            )
        })?;
        let count = span / period + 1;
        let times = (0..=count).map(|at| begin.saturating_add(at * period));
        Ok(Self {
            topic: call.topic()?,
            times: times.collect(),
            seconds: minutes * 60,
            is_rate,
        })
    }

    fn answer(&self, counts: &[i64]) -> Done {
        let records: Vec<_> = self
            .times
            .iter()
            .zip(counts)
            .map(|(time, count)| json!({ "x": time, "y": self.value(*count) }))
            .collect();
        Done::with(json!({
            "title": bare(&self.topic.name),
            "xUnit": "ms",
            "yUnit": if self.is_rate { "messages/s" } else { "messages" },
            "records": records,
        }))
    }

    fn value(&self, count: i64) -> Value {
        #[allow(clippy::cast_precision_loss, reason = "a rate")]
        match self.is_rate {
            true => json!(count as f64 / self.seconds as f64),
            false => json!(count),
        }
    }
}
