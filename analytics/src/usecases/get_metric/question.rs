//! A question about a metric that makes sense.

use std::sync::Arc;

use chrono_tz::Tz;
use schemas::Instant;

use super::{Input, SERIES_DEFAULT, SERIES_MAX};
use crate::{
    buckets::{Buckets, GRAINS, Grain},
    error::Error,
    history::{BY_MAX, DIMS, Dim, Share},
    inputs,
    metrics::{Metric, registry},
    plans::Moment,
    window::{Window, instant, zone},
};

/// The words that a question chooses a [`Share`] by.
const SHARES: [(&str, (&str, Share)); 3] =
    [("full", ("full", Share::Full)), ("equal", ("equal", Share::Equal)), ("primary", ("primary", Share::Primary))];

const MINIMUM_MAX: i64 = 1_000_000;

pub(super) struct Question {
    pub(super) metric: &'static Metric,
    pub(super) window: Window,
    pub(super) at: Option<Instant>,
    pub(super) grain: Option<(&'static str, Grain)>,
    pub(super) zone: Tz,
    pub(super) by: Vec<(&'static str, Dim)>,
    pub(super) share: (&'static str, Share),
    pub(super) minimum: u64,
    pub(super) limit: usize,
    pub(super) buckets: Arc<Buckets>,
    pub(super) moment: Moment,
}

impl Question {
    pub(super) fn understand(input: &Input, now: Instant) -> Result<Self, Error> {
        let metric = metric(&input.name)?;
        let zone = zone(input.tz.as_deref())?;
        let grain = input.grain.as_deref().map(|name| grain(metric, name)).transpose()?;
        let at = input.at.as_deref().map(|text| at(metric, input, text)).transpose()?;
        let window = match at {
            // The state at an instant is that just before the next one.
            Some(at) => Window { from: at, to: Instant(at.0.saturating_add(1)) },
            None => input.window.resolve("30d", now)?,
        };
        let buckets = match grain {
            Some((_, grain)) => Buckets::cut(window, grain, zone, now)?,
            None => Buckets::whole(window),
        };
        let by = dimensions(metric, &input.by)?;
        let share = share(metric, &by, input.share.as_deref())?;
        let minimum = inputs::number("minimum", input.minimum, 1, (1, MINIMUM_MAX))? as u64;
        let limit = inputs::number("limit", input.limit, SERIES_DEFAULT, (1, SERIES_MAX))? as usize;
        input.filters.validate()?;
        let moment = Moment { now, window: Some(window) };
        Ok(Self { metric, window, at, grain, zone, by, share, minimum, limit, buckets: Arc::new(buckets), moment })
    }

    pub(super) fn dims(&self) -> Vec<Dim> {
        self.by.iter().map(|(_, dim)| *dim).collect()
    }
}

fn metric(name: &str) -> Result<&'static Metric, Error> {
    registry().iter().copied().find(|metric| metric.name == name).ok_or_else(|| {
        let names: Vec<&str> = registry().iter().map(|metric| metric.name).collect();
        Error::invalid("name", format!("no metric is named {name:?}"), names.join(", "))
    })
}

fn grain(metric: &Metric, name: &str) -> Result<(&'static str, Grain), Error> {
    let (known, grain) = inputs::choice("grain", name, &GRAINS.map(|(name, grain)| (name, (name, grain))))?;
    if metric.has_grains() {
        return Ok((known, grain));
    }
    Err(Error::invalid("grain", format!("{} is told of now, or of a whole window", metric.name), "nothing"))
}

fn at(metric: &Metric, input: &Input, text: &str) -> Result<Instant, Error> {
    let refuse = |problem: String, allowed: &str| Err(Error::invalid("at", problem, allowed));
    if !metric.is_stock() {
        return refuse(format!("{} is about a window", metric.name), "nothing, for this metric");
    }
    if input.window != crate::WindowInput::default() || input.grain.is_some() {
        return refuse("given together with a window or a grain".to_owned(), "an instant alone");
    }
    instant("at", text)
}

fn dimensions(metric: &Metric, names: &[String]) -> Result<Vec<(&'static str, Dim)>, Error> {
    let known = DIMS.map(|(name, dim)| (name, (name, dim)));
    let defaults: Vec<String> = metric.by.iter().map(|name| (*name).to_owned()).collect();
    let by = inputs::choices("by", if names.is_empty() { &defaults } else { names }, &known)?;
    let repeats = by.iter().enumerate().any(|(at, (name, _))| by[..at].iter().any(|(before, _)| before == name));
    if by.len() > BY_MAX || repeats {
        return Err(Error::invalid("by", "too many, or one twice", format!("up to {BY_MAX} different ones")));
    }
    if let Some((name, _)) = by.iter().find(|(_, dim)| !metric.has_dimension(*dim)) {
        let allowed: Vec<&str> =
            DIMS.iter().filter(|(_, dim)| metric.has_dimension(*dim)).map(|(name, _)| *name).collect();
        return Err(Error::invalid("by", format!("{} has no {name}", metric.name), allowed.join(", ")));
    }
    Ok(by)
}

fn share(metric: &Metric, by: &[(&'static str, Dim)], given: Option<&str>) -> Result<(&'static str, Share), Error> {
    let share = inputs::choice("share", given.unwrap_or("full"), &SHARES)?;
    let is_time = metric.history.is_some_and(|history| history.is_time());
    if share.1 != Share::Full && !is_time {
        return Err(Error::invalid("share", format!("{} measures no time", metric.name), "full"));
    }
    if share.1 != Share::Full && by.iter().any(|(_, dim)| dim.is_tree()) {
        return Err(Error::invalid("share", "a row and those above it have the same time", "full, by subtrees"));
    }
    Ok(share)
}
