//! Nothing but examples: see `examples/`.
