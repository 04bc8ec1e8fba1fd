//! Ordered, transactional, timed and batch messages, and filters.

use onsmq_tests::native::{c_suite, cpp_suite};
use onsmq_tests::{Server, on_every_server};

use crate::scenario;

/// Each is a scenario of a suite, which gets a folder of its own.
macro_rules! kinds {
    ($($name:ident: $suite:ident $scenario:literal,)*) => {
        $(
            fn $name(server: Server) {
                let folder = tempfile::tempdir().expect("a folder");
                let folder = folder.path().to_str().expect("UTF-8");
                scenario($suite(), server, $scenario, &[folder]);
            }
        )*
        on_every_server!($($name,)*);
    };
}

kinds! {
    c_keeps_the_order_of_each_sharding_key: c_suite "ordered",
    c_commits_rolls_back_and_is_asked: c_suite "transactions",
    c_listeners_that_take_their_time_hold_up_nothing: c_suite "slow",
    c_receives_lists: c_suite "batches",
    c_subscribes_by_conditions: c_suite "conditions",
    c_sends_for_later: c_suite "timed",
    c_broadcasts: c_suite "broadcasting",
    cpp_keeps_the_order_of_a_sharding_key: cpp_suite "ordered",
    cpp_commits_rolls_back_and_is_asked: cpp_suite "transactions",
    cpp_receives_lists: cpp_suite "batches",
    cpp_subscribes_by_conditions: cpp_suite "conditions",
    cpp_sends_for_later: cpp_suite "timed",
    cpp_broadcasts: cpp_suite "broadcasting",
}
