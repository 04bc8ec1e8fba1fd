//! Whether brokers take the conditions that are subscribed with: they say so only when asked, and
//! else leave the consumer without messages.

use onsmq_proto::body::ClientCheck;
use onsmq_proto::codec::ResponseCode;
use tokio::time::Instant;

use super::group::Group;
use super::subscription::Subscription;
use crate::net::REQUEST_TIMEOUT;
use crate::request::client_check;
use crate::{Error, Result};

impl Group {
    /// Asks every broker of each topic that is subscribed to with a condition.
    ///
    /// # Errors
    /// The first refusal. A broker that does not answer, or does not know the question, is none:
    /// its pulls will tell.
    pub(super) async fn check_conditions(&self) -> Result<()> {
        for subscription in self.subscriptions.conditions() {
            self.check_condition(&subscription).await?;
        }
        Ok(())
    }

    pub(super) async fn check_condition(&self, subscription: &Subscription) -> Result<()> {
        for address in self.instance.routes.masters_of(&subscription.data.topic) {
            match self.ask_whether_taken(&address, subscription).await {
                Err(error) if is_refusal(&error) => {
                    return Err(error.with_topic(&subscription.topic));
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn ask_whether_taken(&self, address: &str, subscription: &Subscription) -> Result<()> {
        let check = ClientCheck {
            client_id: self.instance.client_id.clone(),
            group: self.name.clone(),
            subscription_data: subscription.data.clone(),
        };
        let deadline = Instant::now() + REQUEST_TIMEOUT;
        let command = client_check::command(&check)?;
        let answer = self.instance.peers.request(address, command, deadline);
        client_check::answer(answer.await?)
    }
}

fn is_refusal(error: &Error) -> bool {
    use crate::ErrorKind::{BrokerRefused, InvalidArgument, NoPermission};
    let is_unknown = error.response_code() == Some(ResponseCode::REQUEST_CODE_NOT_SUPPORTED);
    !is_unknown && matches!(error.kind(), BrokerRefused | InvalidArgument | NoPermission)
}
