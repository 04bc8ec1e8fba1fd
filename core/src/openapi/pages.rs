//! Pages, one after the other.

use futures_util::stream::{self, Stream};

use super::Answer;
use super::request::TopicListInPage;
use crate::Result;

/// What the console takes where nothing was asked for.
const PAGE_SIZE: i32 = 20;

impl TopicListInPage {
    /// The pages from `current_page` (the first, unless set) to the last, each asked for when it is
    /// polled for. It ends behind the page that `total` says is the last, or at an empty one; a
    /// failure is its last item.
    pub fn pages(self) -> impl Stream<Item = Result<Answer>> + Send {
        let first = self.0.number("currentPage").unwrap_or(1);
        stream::unfold(Some((self, first)), |state| async move {
            let (request, page) = state?;
            let answer = request.clone().current_page(page).await;
            let more = answer.as_ref().is_ok_and(|it| {
                let size = request.0.number("pageSize");
                has_more(it, page, size)
            });
            match &answer {
                Ok(it) if it.items().is_empty() => None,
                _ => Some((answer, more.then_some((request, page.saturating_add(1))))),
            }
        })
    }
}

/// Whether there is a page behind `page`. Where the console does not say how many there are, a page
/// that is not full is the last.
fn has_more(answer: &Answer, page: i32, asked: Option<i32>) -> bool {
    let on_page = i64::try_from(answer.items().len()).unwrap_or(i64::MAX);
    let size = match answer.page_size {
        0 => i64::from(asked.unwrap_or(PAGE_SIZE)),
        told => told,
    };
    match answer.total {
        0 => on_page >= size,
        total => i64::from(page).saturating_mul(size) < total,
    }
}
