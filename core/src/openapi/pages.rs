//! Pages, one after the other.

use futures_util::stream::{self, Stream};

use super::Answer;
use super::check::{Given, number};
use super::operation::Operation;
use super::request::TopicListInPage;
use crate::Result;

/// The parameter that says which page is asked for.
pub(super) const CURRENT_PAGE: &str = "currentPage";
/// What the console takes where no page and no size was asked for.
const FIRST_PAGE: i32 = 1;
const PAGE_SIZE: i32 = 20;

impl TopicListInPage {
    /// The pages from `current_page` (the first, unless set) to the last, each asked for when it is
    /// polled for. It ends behind the page that `total` says is the last, or at an empty one; a
    /// failure is its last item.
    pub fn pages(self) -> impl Stream<Item = Result<Answer>> + Send {
        stream::unfold(Some(self), |request| async move {
            let request = request?;
            let answer = request.clone().await;
            match &answer {
                Ok(it) if it.items().is_empty() => None,
                Ok(it) => {
                    let next = it.next_page.map(|page| request.current_page(page));
                    Some((answer, next))
                }
                Err(_) => Some((answer, None)),
            }
        })
    }
}

/// The page behind an answer, where the operation has pages and there is one. Where the console does
/// not say how many there are, a page that is not full is the last; one without items always is.
pub(super) fn next_page(
    operation: Option<&Operation>,
    given: &Given,
    answer: &Answer,
) -> Option<i32> {
    let page = number(given, CURRENT_PAGE);
    let has_pages = operation.map_or(page.is_some(), Operation::has_pages);
    let page = page.unwrap_or(FIRST_PAGE);
    let size = match answer.page_size {
        0 => i64::from(number(given, "pageSize").unwrap_or(PAGE_SIZE)),
        told => told,
    };
    let on_page = i64::try_from(answer.items().len()).unwrap_or(i64::MAX);
    let has_more = match answer.total {
        0 => on_page >= size,
        total => i64::from(page).saturating_mul(size) < total,
    };
    (has_pages && has_more && on_page > 0).then(|| page.saturating_add(1))
}
