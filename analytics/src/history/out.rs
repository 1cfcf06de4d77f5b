//! Where a metric puts what it reads in a life: the keys of a span are found here, once for each span.

use super::{
    credits::Credit,
    dims::{Dim, Lens, Share},
    keys::{BY_MAX, NONE},
    life::{Life, Span},
    seconds,
    sheet::Sheet,
};

/// A sheet being filled from one batch.
#[derive(Debug)]
pub(crate) struct Out<'a> {
    pub(super) sheet: &'a mut Sheet,
    pub(super) lens: &'a Lens<'a>,
    /// Keys and columns that the ticket at hand has been counted at.
    seen: Vec<(usize, usize, usize)>,
    /// The keys of the row and instant looked at last.
    keys: Vec<usize>,
    keys_of: Option<(usize, i64)>,
    values: [Vec<i64>; BY_MAX],
}

impl<'a> Out<'a> {
    pub(super) fn new(sheet: &'a mut Sheet, lens: &'a Lens<'a>) -> Self {
        Self { sheet, lens, seen: Vec::new(), keys: Vec::new(), keys_of: None, values: Default::default() }
    }

    /// Another ticket follows.
    pub(super) fn turn_page(&mut self) {
        self.seen.clear();
    }

    /// Whether the filters take a span.
    pub(crate) fn takes(&self, span: Span) -> bool {
        self.lens.takes(span.row)
    }

    /// `amount` at an instant, with the dimensions of `span`.
    pub(crate) fn event(&mut self, life: &Life<'_>, span: Span, at: i64, (measure, amount): (usize, i64)) {
        if self.takes(span) && self.sheet.buckets.of(at).is_some() {
            self.find_keys(life, span.row, at);
            self.put(at, measure, amount);
        }
    }

    /// The ticket, counted once in each bucket and once in the whole however often it comes.
    pub(crate) fn once(&mut self, life: &Life<'_>, span: Span, at: i64, measure: usize) {
        let Some(bucket) = self.sheet.buckets.of(at).filter(|_| self.takes(span)) else { return };
        self.find_keys(life, span.row, at);
        self.sheet.facts += 1;
        for place in 0..self.keys.len() {
            for column in [bucket, self.sheet.buckets.len()] {
                let mark = (self.keys[place], measure, column);
                if !self.seen.contains(&mark) {
                    self.seen.push(mark);
                    self.sheet.add_at(mark.0, measure, column);
                }
            }
        }
    }

    /// One more from `from` until `to`.
    pub(crate) fn stock(&mut self, life: &Life<'_>, span: Span, (from, to): (i64, i64), measure: usize) {
        let is_seen = from < self.sheet.buckets.to() && to > self.sheet.buckets.from() && from < to;
        if is_seen && self.takes(span) {
            self.find_keys(life, span.row, from);
            self.sheet.facts += 1;
            for place in 0..self.keys.len() {
                self.sheet.stock(self.keys[place], measure, from, to);
            }
        }
    }

    /// The seconds of a span between two instants, as far as they are over.
    pub(crate) fn time(&mut self, life: &Life<'_>, span: Span, (from, to): (i64, i64), measure: usize) {
        let to = to.min(life.now);
        if from >= to || from >= self.sheet.buckets.to() || to <= self.sheet.buckets.from() || !self.takes(span) {
            return;
        }
        self.find_keys(life, span.row, from);
        self.sheet.facts += 1;
        let parts = if self.lens.frame.share == Share::Equal { self.keys.len() } else { 1 };
        for part in 0..self.keys.len() {
            if parts == 1 {
                self.sheet.time(self.keys[part], measure, from, to);
            } else {
                self.sheet.time_part(self.keys[part], measure, (from, to), (part, parts));
            }
        }
    }

    /// A duration that ended at `at`, from `from` on; or one of which nobody knows more than that it goes on.
    pub(crate) fn sample(&mut self, life: &Life<'_>, span: Span, at: i64, (duration_s, is_running): (i64, bool)) {
        if self.takes(span) && self.sheet.buckets.of(at).is_some() {
            self.find_keys(life, span.row, at);
            self.sheet.facts += 1;
            for place in 0..self.keys.len() {
                self.sheet.sample(self.keys[place], at, duration_s, is_running);
            }
        }
    }

    /// The same for the time from `from` to `to`.
    pub(crate) fn duration(&mut self, life: &Life<'_>, span: Span, (from, to): (i64, i64)) {
        self.sample(life, span, to, ((seconds(to) - seconds(from)).max(0), false));
    }

    /// The ticket, or a part of it in millionths, to the credit of `subject`.
    pub(crate) fn credit(&mut self, life: &Life<'_>, subject: i64, millionths: i64) {
        self.sheet.credits.extend(life.fact.map(|row| Credit { subject, millionths, row }));
    }

    /// The keys that a span in the backlog is counted at; none for others.
    pub(crate) fn backlog_keys(&mut self, life: &Life<'_>, span: Option<Span>) -> Vec<usize> {
        match span.filter(|span| span.is_backlog() && self.takes(*span)) {
            Some(span) => {
                self.find_keys(life, span.row, span.from);
                self.keys.clone()
            }
            None => Vec::new(),
        }
    }

    /// One event at keys found before.
    pub(crate) fn event_at(&mut self, keys: &[usize], at: i64, measure: usize) {
        if self.sheet.buckets.of(at).is_some() {
            self.sheet.facts += 1;
            for key in keys {
                self.sheet.add(*key, measure, at, 1);
            }
        }
    }

    fn put(&mut self, at: i64, measure: usize, amount: i64) {
        self.sheet.facts += 1;
        for place in 0..self.keys.len() {
            self.sheet.add(self.keys[place], measure, at, amount);
        }
    }

    /// Finds the keys of a row of spans, or of tickets where `life` has none.
    fn find_keys(&mut self, life: &Life<'_>, row: usize, at: i64) {
        self.find(life.fact, row, at, |dim| {
            (self.lens.frame.share == Share::Primary).then(|| life.primary(row, dim == Dim::Technician)).flatten()
        });
    }

    pub(super) fn find(&mut self, fact: Option<usize>, row: usize, at: i64, primary: impl Fn(Dim) -> Option<i64>) {
        let by = &self.lens.frame.by;
        let is_clock = by.iter().any(|dim| dim.is_of_clock());
        let marked = Some((row, if is_clock { at } else { 0 }));
        if self.keys_of == marked && !self.keys.is_empty() {
            return;
        }
        self.keys_of = marked;
        self.keys.clear();
        for (place, values) in self.values.iter_mut().enumerate() {
            match by.get(place) {
                None => {
                    values.clear();
                    values.push(NONE);
                }
                Some(dim) => {
                    self.lens.values(place, (row, fact, at), values);
                    if let Some(only) = Some(*dim).filter(|dim| dim.is_list() && !dim.is_tree()).and_then(&primary) {
                        values.clear();
                        values.push(only);
                    }
                }
            }
        }
        let [firsts, seconds, thirds] = &self.values;
        for first in firsts {
            for second in seconds {
                for third in thirds {
                    self.keys.push(self.sheet.key([*first, *second, *third]));
                }
            }
        }
    }

    /// `amounts` of the measures from the row of a batch of tickets, or of promises to them, and its duration and whether that
    /// goes on.
    pub(super) fn ticket(
        &mut self,
        row: usize,
        at: i64,
        amounts: impl Iterator<Item = (usize, i64)>,
        sample: Option<(i64, bool)>,
    ) {
        if self.sheet.buckets.of(at).is_none() {
            return;
        }
        self.find(None, row, at, |_| None);
        self.sheet.facts += 1;
        for (measure, amount) in amounts {
            for place in 0..self.keys.len() {
                self.sheet.add(self.keys[place], measure, at, amount);
            }
        }
        if let Some((duration_s, is_running)) = sample {
            for place in 0..self.keys.len() {
                self.sheet.sample(self.keys[place], at, duration_s, is_running);
            }
        }
    }
}
