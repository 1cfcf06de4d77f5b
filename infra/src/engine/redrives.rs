//! Dead letters tried again, and what to say of it.

use anyhow::bail;
use pipeline::{
    buses::Bus,
    ingest::{Error, Ingest, Redriven},
};

use super::Engine;

/// How many letters a list asks for at once.
const LETTERS_PAGE: u32 = 500;

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// Its row was read, and brought so many events.
    Read(u64),
    /// Its row is gone or left out, so nothing waits any more; why.
    Closed(String),
    /// Its row cannot be read still; why.
    Dead(String),
    /// It was not tried; why.
    Untried(String),
}

impl Engine {
    /// Tries the letters `ids` again; none means every one that waits. The sentences say what became of them.
    pub(super) async fn redrive(&self, ingest: &mut Ingest, ids: &[String]) -> anyhow::Result<String> {
        let ids = if ids.is_empty() { self.letters_waiting().await? } else { ids.to_vec() };
        let mut fates = Vec::with_capacity(ids.len());
        for id in ids {
            let fate = fate(ingest.redrive(&id).await);
            fates.push((id, fate));
        }
        self.survey().await?;
        let is_tried = fates.iter().any(|(_, fate)| !matches!(fate, Fate::Untried(_)));
        match summary(&fates) {
            summary if is_tried || fates.is_empty() => Ok(summary),
            summary => bail!(summary),
        }
    }

    async fn letters_waiting(&self) -> anyhow::Result<Vec<String>> {
        let mut ids = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.bus.dead_letters().list(after.as_deref(), LETTERS_PAGE).await?;
            let Some(last) = page.last() else { return Ok(ids) };
            after = Some(last.id.clone());
            ids.extend(page.into_iter().filter(|letter| letter.redriven_at.is_none()).map(|letter| letter.id));
        }
    }
}

fn fate(outcome: Result<Redriven, Error>) -> Fate {
    match outcome {
        Ok(Redriven { still_dead: Some(reason), .. }) => Fate::Dead(reason),
        Ok(Redriven { ingested, .. }) if ingested.appended == 0 && ingested.counts.converted == 0 => {
            Fate::Closed(ingested.phase)
        }
        Ok(Redriven { ingested, .. }) => Fate::Read(ingested.appended),
        Err(error) => Fate::Untried(error.to_string()),
    }
}

/// One line for each letter where there are several, then the sums.
fn summary(fates: &[(String, Fate)]) -> String {
    if fates.is_empty() {
        return "no dead letter waits".to_owned();
    }
    let each = |(id, fate): &(String, Fate)| format!("{id}: {}\n", line(fate));
    let mut text = if fates.len() > 1 { fates.iter().map(each).collect() } else { String::new() };
    let [mut read, mut dead, mut closed, mut untried] = [const { Vec::new() }; 4];
    for (_, fate) in fates {
        match fate {
            Fate::Read(_) => read.push(""),
            Fate::Dead(why) => dead.push(why.as_str()),
            Fate::Closed(why) => closed.push(why.as_str()),
            Fate::Untried(why) => untried.push(why.as_str()),
        }
    }
    let tried = fates.len() - untried.len();
    let sums = format!("{tried} tried again: {} read, {} still dead{}", read.len(), dead.len(), because(&dead));
    text.push_str(&sums);
    for (reasons, what) in [(closed, "closed"), (untried, "not tried")] {
        if !reasons.is_empty() {
            text.push_str(&[", ", &reasons.len().to_string(), " ", what, &because(&reasons)].concat());
        }
    }
    text
}

/// The reason, where all have the same; the lines above tell several.
fn because(reasons: &[&str]) -> String {
    match reasons {
        [first, others @ ..] if others.iter().all(|other| other == first) => format!(" ({first})"),
        _ => String::new(),
    }
}

fn line(fate: &Fate) -> String {
    match fate {
        Fate::Read(1) => "read, 1 event".to_owned(),
        Fate::Read(events) => format!("read, {events} events"),
        Fate::Closed(why) => format!("closed, {why}"),
        Fate::Dead(why) => format!("still dead, {why}"),
        Fate::Untried(why) => format!("not tried, {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fates: &[Fate], expected: &str) {
        let fates: Vec<_> = fates.iter().enumerate().map(|(at, fate)| (format!("l{at}"), fate.clone())).collect();
        assert_eq!(summary(&fates), expected);
    }

    #[test]
    fn what_became_of_letters_is_told_in_sums_with_reasons() {
        let dead = |why: &str| Fate::Dead(why.to_owned());
        check(&[], "no dead letter waits");
        check(&[Fate::Read(3)], "1 tried again: 1 read, 0 still dead");
        check(&[dead("no date")], "1 tried again: 0 read, 1 still dead (no date)");
        check(
            &[dead("no date"), Fate::Read(1), dead("no date")],
            "l0: still dead, no date\nl1: read, 1 event\nl2: still dead, no date\n\
             3 tried again: 1 read, 2 still dead (no date)",
        );
        check(
            &[Fate::Closed("Ticket/7 is gone".to_owned())],
            "1 tried again: 0 read, 0 still dead, 1 closed (Ticket/7 is gone)",
        );
        check(
            &[Fate::Untried("there is no dead letter l0".to_owned())],
            "0 tried again: 0 read, 0 still dead, 1 not tried (there is no dead letter l0)",
        );
    }
}
