//! The behaviour suite of onsmq, and what it stands on.
