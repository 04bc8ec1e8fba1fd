//! `onsmq api`.

use onsmq::openapi::{Answer, OpenApi, Operation};

use crate::account;
use crate::args::{ApiArgs, Asked, CURRENT_PAGE, ConnectionArgs};
use crate::exit::{Exit, Failure, Result};
use crate::output::{self, Lines};
use crate::signals::Stop;

pub(crate) async fn api(args: ApiArgs, connection: &ConnectionArgs) -> Result<Exit> {
    let given = [
        ("Endpoint", args.endpoint.as_deref()),
        ("RegionId", args.region.as_deref()),
    ];
    let client = OpenApi::new(&account::config(connection, &given)?)?;
    let stop = Stop::listen()?;
    let mut lines = Lines::new();
    tokio::select! {
        result = ask(&client, args.asked, args.json, &mut lines) => result,
        () = stop.told() => Err(Failure::new(
            Exit::Interrupted,
            "interrupted: a write may have been carried out",
        )),
    }
}

/// Asks for all pages, unless one was asked for.
async fn ask(client: &OpenApi, asked: Asked, json: bool, lines: &mut Lines) -> Result<Exit> {
    let Asked {
        operation,
        mut parameters,
    } = asked;
    let is_single = parameters.iter().any(|(name, _)| name == CURRENT_PAGE)
        || !Operation::find(&operation).is_some_and(Operation::has_pages);
    loop {
        let answer = client.call(&operation, parameters.clone()).await?;
        let written = lines.write(&shown(&operation, &answer, json, is_single));
        if written? == output::Written::NobodyReads {
            return Ok(Exit::Done);
        }
        match answer.next_page.filter(|_| !is_single) {
            Some(page) => {
                parameters.retain(|(name, _)| name != CURRENT_PAGE);
                parameters.push((CURRENT_PAGE.to_owned(), page.to_string()));
            }
            None => return Ok(Exit::Done),
        }
    }
}

fn shown(operation: &str, answer: &Answer, json: bool, is_single: bool) -> String {
    match json {
        true => output::answer_as_json(answer),
        false => output::answer_as_table(operation, answer, is_single),
    }
}
