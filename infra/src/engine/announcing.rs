//! The loop that tells of clocks.

use std::{sync::Arc, time::Duration};

use pipeline::{
    Fault,
    announce::{Announced, Announcer, Moment},
    buses::Bus,
};
use schemas::Instant;
use tokio::sync::watch;

use crate::clock;

use super::{Engine, raised};

/// The longest sleep: the machine's clock may be set forth meanwhile, and what is due then is due at once.
const NAP: Duration = Duration::from_millis(500);
/// The pause after a transient failure.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause after a failure that only a person can mend.
const FATAL_PAUSE: Duration = Duration::from_secs(10);
/// How long GLPI is waited for after a long absence: most of what seems to be late was done meanwhile.
const ABSENCE_WAIT: Duration = Duration::from_mins(1);
/// An absence from which on it is waited for.
const ABSENCE_S_MIN: i64 = 300;

impl Engine {
    /// Tells of clocks until `stop`.
    pub(super) async fn announce_until(&self, mut stop: watch::Receiver<bool>) {
        self.after_an_absence(&mut stop).await;
        let mut stores = self.sink.subscribe();
        let mut announcer = self.announcer();
        while !*stop.borrow() {
            // An error means that no other store will come.
            if stores.has_changed().unwrap_or(false) {
                stores.mark_unchanged();
                announcer = self.announcer();
            }
            let pause = self.announce(&mut announcer).await;
            tokio::select! {
                () = raised(&mut stop) => {}
                () = tokio::time::sleep(pause) => {}
                () = self.news.rung(), if pause <= NAP => {}
            }
        }
    }

    /// One turn. Answers how long to sleep.
    async fn announce(&self, announcer: &mut Announcer) -> Duration {
        let moment = Moment { now: clock::now(), watermark: self.board.status().stored_watermark };
        match announcer.turn(moment).await {
            Ok(turn) => {
                if turn.events > 0 {
                    self.doorbell.notify_one();
                }
                self.board.announced(&turn);
                sleep(&turn, clock::now())
            }
            Err(error) => {
                tracing::error!(%error, "clocks not told");
                self.board.not_announced(&error.to_string());
                if error.fault() == Fault::Transient { PAUSE } else { FATAL_PAUSE }
            }
        }
    }

    /// Waits for GLPI's news, but not for ever: until then what is told is provisional.
    async fn after_an_absence(&self, stop: &mut watch::Receiver<bool>) {
        let end = tokio::time::Instant::now() + ABSENCE_WAIT;
        while tokio::time::Instant::now() < end && !*stop.borrow() {
            let fresh = clock::now().plus_seconds(-ABSENCE_S_MIN);
            if self.board.status().stored_watermark.is_none_or(|watermark| watermark >= fresh) {
                return;
            }
            tokio::select! {
                () = raised(stop) => {}
                () = tokio::time::sleep(NAP) => {}
            }
        }
    }

    fn announcer(&self) -> Announcer {
        let bus: Arc<dyn Bus> = Arc::clone(&self.bus) as _;
        let (codec, news) = (Arc::clone(&self.codec), Arc::clone(&self.news));
        Announcer::new(bus, self.store(), codec, self.announce.clone(), news)
    }
}

/// How long nothing has to be looked at.
fn sleep(announced: &Announced, now: Instant) -> Duration {
    if !announced.is_done {
        return Duration::ZERO;
    }
    let until = announced.next.map(|next| Duration::from_micros(u64::try_from(next.0 - now.0).unwrap_or(0)));
    until.map_or(NAP, |until| until.min(NAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sleeps_until_the_next_mark_and_never_long() {
        let done = Announced { is_done: true, ..Announced::default() };
        let next = |at| Announced { next: Some(Instant(at)), ..done };
        assert_eq!(sleep(&done, Instant(1)), NAP);
        assert_eq!(sleep(&next(i64::MAX), Instant(1)), NAP);
        assert_eq!(sleep(&next(300_000), Instant(100_000)), Duration::from_millis(200));
        assert_eq!(sleep(&next(100), Instant(100_000)), Duration::ZERO);
        assert_eq!(sleep(&Announced { is_done: false, ..done }, Instant(1)), Duration::ZERO);
    }
}
