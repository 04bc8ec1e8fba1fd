//! `onsmq dev-server`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use onsmq_devserver::{Builder, DevServer};
use onsmq_devserver_data::Folder;

use crate::args::DevServerArgs;
use crate::exit::{Exit, Failure, Result};
use crate::output::Lines;
use crate::signals::Stop;

pub(crate) async fn dev_server(args: DevServerArgs) -> Result<Exit> {
    let started = builder(&args)?.start().await;
    let server = started.map_err(|error| Failure::io("the dev server does not start", &error))?;
    // Whoever reads the address may stop the server at once.
    let stop = Stop::listen()?;
    // In one write: who reads the first line only may have left before a second one.
    let _ = Lines::new().write(&addresses(&server))?;
    tokio::select! {
        () = stop.told() => {}
        () = stdin_closed(), if args.until_stdin_closes => {}
    }
    server.shutdown().await;
    Ok(Exit::Done)
}

fn builder(args: &DevServerArgs) -> Result<Builder> {
    let mut builder = DevServer::builder()
        .listen(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)))
        .console_port(args.console_port)
        .console(!args.no_console);
    for (option, name, value) in args.options.said() {
        builder = set(builder, option, name, value)?;
    }
    if let Some(file) = &args.accounts {
        builder = set(builder, "--accounts", "accounts", &read(file)?)?;
    }
    if let Some(path) = &args.data {
        let folder = Folder::open(path).map_err(|error| Failure::io(path.display(), &error))?;
        builder = builder.data(Arc::new(folder));
    }
    Ok(builder)
}

fn set(builder: Builder, option: &str, name: &str, value: &str) -> Result<Builder> {
    let set = builder.option(name, value);
    set.map_err(|error| Failure::misused(format!("{option}: {error}")))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| Failure::io(file.display(), &error))
}

/// The name server's, the console's, and where clients find the certificate to trust: each on a
/// line, as far as it is there.
fn addresses(server: &DevServer) -> String {
    let ca_file = server.ca_file().map(|file| file.display().to_string());
    let lines = [Some(server.namesrv_addr()), server.console_url(), ca_file];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
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
