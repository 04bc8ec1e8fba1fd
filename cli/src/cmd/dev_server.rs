//! `onsmq dev-server`.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use onsmq_devserver::{Builder, DevServer};

use crate::args::DevServerArgs;
use crate::exit::{Exit, Failure, Result};
use crate::output::Lines;
use crate::signals::Stop;

pub(crate) async fn dev_server(args: DevServerArgs) -> Result<Exit> {
    let started = builder(&args).start().await;
    let server = started.map_err(|error| Failure::io("the dev server does not start", &error))?;
    // Whoever reads the address may stop the server at once.
    let stop = Stop::listen()?;
    let _ = Lines::new().write(&server.namesrv_addr())?;
    tokio::select! {
        () = stop.told() => {}
        () = stdin_closed(), if args.until_stdin_closes => {}
    }
    server.shutdown().await;
    Ok(Exit::Done)
}

fn builder(args: &DevServerArgs) -> Builder {
    let builder = DevServer::builder()
        .brokers(args.brokers)
        .queues(args.queues)
        .listen(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)));
    match args.retry_delay_ms {
        Some(delay) => builder.retry_delay(Duration::from_millis(delay)),
        None => builder,
    }
}

/// Reads in a thread of its own: the runtime would wait for a read under way before it ends.
async fn stdin_closed() {
    let (closed, hear) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let ended = io::copy(&mut io::stdin().lock(), &mut io::sink());
        // Nobody listens once the server stops for another reason.
        let _ = closed.send(ended);
    });
    // An error is an end, too.
    let _ = hear.await;
}
