//! The life of a producer or consumer.
//!
//! ```text
//!            start          shutdown            drained
//!   Created ------> Running --------> Draining --------> Closed
//!      |                                                   ^
//!      +-----------------------shutdown--------------------+
//! ```

/// Where in its life a producer or consumer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Made, not started.
    Created,
    /// In use.
    Running,
    /// Ending: nothing new is taken, what is under way may finish.
    Draining,
    /// Ended for good.
    Closed,
}

/// The phase, and the ways from one to the next.
#[derive(Debug)]
pub struct Lifecycle(Phase);

impl Default for Lifecycle {
    fn default() -> Self {
        Self(Phase::Created)
    }
}

impl Lifecycle {
    /// The phase.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.0
    }

    /// Starts. `Ok(false)` where it runs already.
    ///
    /// # Errors
    /// The phase, where it is ending or has ended: that way there is no return.
    pub const fn start(&mut self) -> Result<bool, Phase> {
        match self.0 {
            Phase::Created => {
                self.0 = Phase::Running;
                Ok(true)
            }
            Phase::Running => Ok(false),
            ended => Err(ended),
        }
    }

    /// Takes back a start that failed.
    pub const fn start_failed(&mut self) {
        if matches!(self.0, Phase::Running) {
            self.0 = Phase::Created;
        }
    }

    /// Begins the end. True for the one caller that has to see it through.
    pub const fn shutdown(&mut self) -> bool {
        match self.0 {
            Phase::Created => {
                self.0 = Phase::Closed;
                false
            }
            Phase::Running => {
                self.0 = Phase::Draining;
                true
            }
            Phase::Draining | Phase::Closed => false,
        }
    }

    /// What was under way has finished.
    pub const fn drained(&mut self) {
        self.0 = Phase::Closed;
    }
}
