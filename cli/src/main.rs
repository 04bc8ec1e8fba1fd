//! The command `onsmq`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(onsmq_cli::main(std::env::args_os()))
}
