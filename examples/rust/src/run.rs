//! The server that an example runs on.

use onsmq_devserver::DevServer;

/// What becomes of an example.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Runs an example on the server that the program is given, or on a dev server.
///
/// # Errors
/// The example's, and that the dev server gets no port.
pub async fn run(example: impl AsyncFnOnce(&str) -> Outcome) -> Outcome {
    if let Some(address) = std::env::args().nth(1) {
        return example(&address).await;
    }
    let server = DevServer::builder().start().await?;
    example(&server.namesrv_addr()).await?;
    server.shutdown().await;
    Ok(())
}
