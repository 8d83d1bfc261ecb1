//! Reads live hooks, and no more of them than the answer needs.
//!
//! Scripts are taken from the list where it carries them. Reading of the
//! first page's hooks goes on while the next page is on its way. Must not
//! take a failed read for "no hooks".

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::api::{ApiError, ApiErrorKind, Page, Reader};
use crate::model::{DesiredState, Id, Live, SecretKey};
use crate::plan::Options;
use crate::plan::needs::{Needs, NeedsIndex};

/// The live hooks as far as a plan for `desired`, which went through
/// [`crate::plan::policy::reshape`], needs them.
pub(in crate::sync) async fn fetch(
    reader: &Reader,
    desired: &DesiredState,
    options: &Options,
) -> Result<Vec<Live>, ApiError> {
    let needs = NeedsIndex::new(desired, options);
    let mut fetching = Fetching::new(reader);
    fetching.list(&|hook| needs.at_first_sight(hook)).await?;
    let rest = needs.of_all(&fetching.hooks);
    fetching.read(&rest).await?;
    fetching.finish().await
}

/// All of every live hook that is chosen; of the others what the list carries.
pub(in crate::sync) async fn fetch_all(
    reader: &Reader,
    chosen: &(dyn Fn(&Live) -> bool + Sync),
) -> Result<Vec<Live>, ApiError> {
    let mut fetching = Fetching::new(reader);
    fetching
        .list(&|hook| {
            let wanted = chosen(hook);
            Needs { content: wanted, secrets: wanted }
        })
        .await?;
    fetching.finish().await
}

/// What came back.
enum Answer {
    Page(u32, Page<Live>),
    Hook(usize, Live),
    Secrets(usize, BTreeSet<SecretKey>),
    Missing(usize, ApiError),
}

type Work = FuturesUnordered<BoxFuture<'static, Result<Answer, ApiError>>>;

struct Fetching<'a> {
    reader: &'a Reader,
    hooks: Vec<Live>,
    places: BTreeMap<Id, usize>,
    /// What was asked for already.
    asked: Vec<Needs>,
    /// Hooks that were answered 404: deleted while they were read, most
    /// likely.
    gone: BTreeMap<usize, ApiError>,
    work: Work,
}

impl<'a> Fetching<'a> {
    fn new(reader: &'a Reader) -> Self {
        Self {
            reader,
            hooks: Vec::new(),
            places: BTreeMap::new(),
            asked: Vec::new(),
            gone: BTreeMap::new(),
            work: FuturesUnordered::new(),
        }
    }

    async fn list(&mut self, needs: &(dyn Fn(&Live) -> Needs + Sync)) -> Result<(), ApiError> {
        self.ask_page(0);
        while let Some(answer) = self.work.next().await {
            match answer? {
                Answer::Page(number, page) => {
                    if page.more {
                        self.ask_page(number + 1);
                    }
                    for hook in page.items {
                        self.listed(hook, needs);
                    }
                }
                answer => self.fill(answer),
            }
        }
        Ok(())
    }

    async fn read(&mut self, needs: &[Needs]) -> Result<(), ApiError> {
        for (at, needs) in needs.iter().enumerate() {
            self.ask(at, *needs);
        }
        while let Some(answer) = self.work.next().await {
            self.fill(answer?);
        }
        Ok(())
    }

    fn listed(&mut self, hook: Live, needs: &(dyn Fn(&Live) -> Needs + Sync)) {
        // pages can overlap: hooks are made and deleted between two of them
        if self.places.contains_key(&hook.id) {
            return;
        }
        let needed = needs(&hook);
        self.places.insert(hook.id.clone(), self.hooks.len());
        self.hooks.push(hook);
        self.asked.push(Needs::default());
        self.ask(self.hooks.len() - 1, needed);
    }

    fn ask_page(&mut self, number: u32) {
        let reader = self.reader.clone();
        self.work.push(Box::pin(async move {
            Ok(Answer::Page(number, reader.hooks_page(number).await?))
        }));
    }

    fn ask(&mut self, at: usize, needs: Needs) {
        let asked = &mut self.asked[at];
        let hook = &self.hooks[at];
        if needs.content && !asked.content && !hook.has_content() {
            asked.content = true;
            let (reader, id) = (self.reader.clone(), hook.id.clone());
            self.work.push(Box::pin(async move {
                or_missing(at, reader.hook(&id).await.map(|hook| Answer::Hook(at, hook)))
            }));
        }
        if needs.secrets && !asked.secrets && hook.secrets.is_none() {
            asked.secrets = true;
            let (reader, id) = (self.reader.clone(), hook.id.clone());
            self.work.push(Box::pin(async move {
                let names = reader.secret_names(&id).await;
                or_missing(at, names.map(|names| Answer::Secrets(at, names)))
            }));
        }
    }

    fn fill(&mut self, answer: Answer) {
        match answer {
            Answer::Page(..) => {}
            Answer::Hook(at, read) => {
                let secrets = self.hooks[at].secrets.take();
                self.hooks[at] = Live { secrets, ..read };
            }
            Answer::Secrets(at, names) => self.hooks[at].secrets = Some(names),
            Answer::Missing(at, error) => {
                self.gone.insert(at, error);
            }
        }
    }

    /// A hook that was deleted after it was listed is one hook less, no
    /// failure. But a proxy, or a tenant in trouble, can answer 404 as well.
    async fn finish(self) -> Result<Vec<Live>, ApiError> {
        let gone = self.gone;
        if !gone.is_empty() {
            let gone = gone.iter().map(|(at, error)| (&self.hooks[*at].id, error));
            self.reader.demand_unlisted(&gone.collect::<Vec<_>>()).await?;
        }
        let hooks = self.hooks.into_iter().enumerate();
        Ok(hooks.filter(|(at, _)| !gone.contains_key(at)).map(|(_, hook)| hook).collect())
    }
}

fn or_missing(at: usize, read: Result<Answer, ApiError>) -> Result<Answer, ApiError> {
    match read {
        Err(error) if error.kind == ApiErrorKind::HookMissing => Ok(Answer::Missing(at, error)),
        other => other,
    }
}
