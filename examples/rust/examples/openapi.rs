//! Makes a topic by the Open API of a console, and pages through those that are there.
//!
//!     cargo run --example openapi ENDPOINT [TOPIC INSTANCE]
//!
//! The account is in the environment, as ONS_ACCESS_KEY and ONS_SECRET_KEY. Without a console of your
//! own: `tests/console/console.py` prints its ENDPOINT, and its account is in its head.

use std::pin::pin;

use futures_util::TryStreamExt as _;
use onsmq::Config;
use onsmq::openapi::{OpenApi, OpenApiCode};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("give the console's endpoint")?;
    let config = Config::new()
        .set("Endpoint", &endpoint)
        .set("AccessKey", &std::env::var("ONS_ACCESS_KEY")?)
        .set("SecretKey", &std::env::var("ONS_SECRET_KEY")?);
    let console = OpenApi::new(&config)?;

    if let (Some(topic), Some(instance)) = (arguments.next(), arguments.next()) {
        match console.topic().create(&topic, &instance).await {
            Ok(_) => println!("created   {topic}"),
            // A write is never sent again by itself: it may have been there before, or made by a
            // call whose answer was lost.
            Err(error) if error.openapi_code() == Some(&OpenApiCode::BizTopicExisted) => {
                println!("exists    {topic}");
            }
            Err(error) => return Err(error.into()),
        }
    }

    let mut pages = pin!(console.topic().list_in_page().page_size(20).pages());
    while let Some(page) = pages.try_next().await? {
        println!(
            "page {}    {} of {}",
            page.current_page,
            page.items().len(),
            page.total
        );
        for topic in page.items() {
            println!("          {topic}");
        }
    }
    Ok(())
}
