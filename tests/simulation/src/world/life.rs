//! Life: faults and troubles, and then the quiet after them.

use std::time::Duration;

use glpi_sim::http::Outage;
use pipeline::{
    Fault,
    buses::{SLA, TICKETS},
    ingest,
    sinks::Sink as _,
    sources,
};

use super::{Process, World, telling::hurried};
use crate::{clock, coverage, faults::DISK_FULL};

/// Simulated seconds after the last fault within which everything has to be there.
const QUIET_S_MIN: i64 = 100;
/// Steps after which a world that does not come to rest is given up.
const QUIET_STEPS_MAX: u32 = 5_000;
/// Simulated seconds after a server has become well within which nothing may be refused any more, however it misbehaved before.
const HEALED_S_MAX: i64 = 120;
/// What is waited after a refusal that only a person can mend, as the program does.
const REFUSED_PAUSE_S: u64 = 30;

impl World {
    /// Lives through the faults and comes to rest. The answer is the first thing that must never happen.
    pub(super) async fn live(&mut self) -> Result<(), String> {
        let mut process = self.start().map_err(|error| error.to_string())?;
        if self.chance.hits(1, 2) {
            self.settle(&mut process).await?;
        }
        for _ in 0..self.plan.rounds {
            self.come_back();
            match self.chance.below(100) {
                0..50 => _ = self.ingest(&mut process).await?,
                50..80 => _ = self.process(&mut process).await?,
                80..93 => self.pass(1 + self.chance.below(30)).await,
                93..96 => process = self.restart(process).await?,
                _ => self.trouble(),
            }
            if self.plan.tells_of_clocks && self.chance.hits(1, 3) {
                self.announce(&mut process).await?;
            }
        }
        self.quieten();
        // In half of all worlds the process that has met all this has to come to rest itself. One that began while GLPI's clock
        // was ahead does not say that it has caught up before that time has come.
        if self.lies_about_time() || self.chance.hits(1, 2) {
            process = self.restart(process).await?;
        }
        self.rest(&mut process).await?;
        if self.plan.misbehaviour.is_some() && self.redrive(&mut process).await? {
            self.rest(&mut process).await?;
        }
        self.announce_all(&mut process).await
    }

    /// Reads everything once before the first fault: in half of all worlds they meet whoever follows changes.
    async fn settle(&self, process: &mut Process) -> Result<(), String> {
        self.faults.end();
        self.glpi.misbehave(None);
        for _ in 0..QUIET_STEPS_MAX {
            let is_read = self.ingest(process).await? == Some(true);
            self.process(process).await?;
            if is_read {
                break;
            }
        }
        self.glpi.misbehave(self.plan.misbehaviour.as_ref());
        self.faults.begin();
        Ok(())
    }

    /// Gives every dead letter another chance, as a person does once the server is well; answers whether there was one.
    async fn redrive(&self, process: &mut Process) -> Result<bool, String> {
        let letters = self.memory.bus.dead_letters().list(None, u32::MAX).await.map_err(|error| error.to_string())?;
        let waiting: Vec<_> = letters.into_iter().filter(|letter| letter.redriven_at.is_none()).collect();
        for letter in &waiting {
            let redriven = process.ingest.redrive(&letter.id).await.map_err(|error| error.to_string())?;
            self.trace.happened(coverage::REDRIVEN);
            self.trace.note(|| format!("{} ({}) redriven: {redriven:?}", letter.origin, letter.reason));
        }
        Ok(!waiting.is_empty())
    }

    async fn ingest(&self, process: &mut Process) -> Result<Option<bool>, String> {
        let stepped = tokio::select! {
            biased;
            () = self.power.lost() => None,
            stepped = process.ingest.step() => Some(stepped),
        };
        match stepped {
            None => {
                self.reboot(process).await?;
                Ok(None)
            }
            Some(Ok(ingested)) => {
                self.trace.note(|| format!("ingested {} {}", ingested.appended, ingested.phase));
                self.acknowledged.set((ingested.end, self.acknowledged.get().1));
                if let Some(watermark) = ingested.watermark
                    && self.chance.hits(1, 4)
                {
                    self.check_watermark(watermark).await?;
                }
                process.promised = ingested.watermark.map(|watermark| (ingested.end, watermark)).or(process.promised);
                // Nobody has to wait exactly as long as he was asked to.
                let wait_ms =
                    if self.chance.hits(1, 2) { ingested.wait_ms } else { self.chance.below(ingested.wait_ms + 1) };
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                Ok(Some(ingested.caught_up))
            }
            Some(Err(error)) => {
                if self.is_excused(&error) {
                    self.trace.note(|| format!("refused: {error}"));
                    let is_fuse = matches!(error, ingest::Error::FuseBlown { .. });
                    self.trace.happened(if is_fuse { coverage::FUSE_BLOWN } else { coverage::REFUSED });
                    self.pass(REFUSED_PAUSE_S).await;
                } else {
                    self.weather(error.fault(), &error.to_string()).await?;
                }
                Ok(None)
            }
        }
    }

    /// Whether a server that misbehaves was refused for it, or refuses: Farol says so, waits and tries again.
    fn is_excused(&self, error: &ingest::Error) -> bool {
        let is_refusal =
            matches!(error, ingest::Error::Source(sources::Error::Refused(_)) | ingest::Error::FuseBlown { .. });
        let is_healing = self.quiet_since.get().is_none_or(|since| clock::true_s() - since < HEALED_S_MAX);
        is_refusal && self.plan.misbehaviour.is_some() && is_healing
    }

    pub(super) async fn process(&self, process: &mut Process) -> Result<Option<bool>, String> {
        let stepped = tokio::select! {
            biased;
            () = self.power.lost() => None,
            stepped = process.processor.step() => Some(stepped),
        };
        match stepped {
            None => {
                self.reboot(process).await?;
                Ok(None)
            }
            Some(Ok(processed)) => {
                self.trace.note(|| format!("processed {} of {}", processed.position, processed.end));
                self.acknowledged.set((self.acknowledged.get().0, processed.position));
                if let Some((_, watermark)) = process.promised.filter(|(end, _)| processed.position >= *end) {
                    process.watermark = Some(watermark);
                }
                Ok(Some(processed.is_caught_up()))
            }
            Some(Err(error)) => {
                self.weather(error.fault(), &error.to_string()).await?;
                Ok(None)
            }
        }
    }

    /// One turn of the clock process.
    async fn announce(&self, process: &mut Process) -> Result<(), String> {
        let moment = hurried(clock::now(), process.watermark);
        let turned = tokio::select! {
            biased;
            () = self.power.lost() => None,
            turned = process.announcer.turn(moment) => Some(turned),
        };
        match turned {
            None => self.reboot(process).await,
            Some(Ok(announced)) => {
                self.trace.note(|| format!("announced {announced:?}"));
                self.announced.set(self.announced.get() + announced.events);
                Ok(())
            }
            Some(Err(error)) => self.weather(error.fault(), &error.to_string()).await,
        }
    }

    /// The power is back: memory is gone, what is durable is there, and that is all that was ever acknowledged.
    async fn reboot(&self, process: &mut Process) -> Result<(), String> {
        if let Some(spoilt) = &self.spoilt {
            spoilt.forget();
        }
        let (appended, stored) = self.acknowledged.get();
        let end = self.memory.bus.end(TICKETS).await.map_err(|error| error.to_string())?;
        let position = self.memory.sink.position(TICKETS).await.map_err(|error| error.to_string())?;
        if end < appended || position < stored {
            return Err(format!(
                "acknowledged were {appended} events appended and {stored} stored, but {end} and {position} are there"
            ));
        }
        let told = self.memory.bus.end(SLA).await.map_err(|error| error.to_string())?;
        if told.0 < self.announced.get() {
            return Err(format!("acknowledged were {} events of clocks, but {told} are there", self.announced.get()));
        }
        *process = self.start().map_err(|error| error.to_string())?;
        Ok(())
    }

    async fn restart(&self, mut process: Process) -> Result<Process, String> {
        self.trace.note(|| "restart".to_owned());
        self.trace.happened(coverage::RESTART);
        tokio::select! {
            biased;
            () = self.power.lost() => {}
            () = process.ingest.close() => {}
        }
        self.reboot(&mut process).await?;
        Ok(process)
    }

    /// Waits after a failure that may happen; any other is the answer.
    async fn weather(&self, fault: Fault, sentence: &str) -> Result<(), String> {
        self.trace.note(|| format!("{fault:?}: {sentence}"));
        if fault != Fault::Transient && !sentence.contains(DISK_FULL) {
            return Err(format!("{fault:?}: {sentence}"));
        }
        self.pass(1).await;
        Ok(())
    }

    async fn pass(&self, seconds: u64) {
        self.people.work(self.chance.below(4));
        tokio::time::sleep(Duration::from_millis(seconds * 1_000 - self.chance.below(1_000))).await;
    }

    /// Something happens to the server or to the clock.
    fn trouble(&self) {
        let trouble = self.chance.below(4);
        self.trace.note(|| format!("trouble {trouble}"));
        match trouble {
            0 => {
                self.trace.happened(coverage::OUTAGE_REFUSED);
                self.glpi.set_outage(Some(Outage::Refuse));
            }
            1 => {
                self.trace.happened(coverage::OUTAGE_GATEWAY);
                self.glpi.set_outage(Some(Outage::BadGateway));
            }
            2 => self.trace.happened_often(coverage::SESSIONS_EXPIRED, self.glpi.expire_sessions().min(1) as u64),
            _ => {
                self.trace.happened(coverage::CLOCK_JUMPED);
                clock::skew(self.chance.below(7_200).cast_signed() - 3_600);
            }
        }
    }

    /// A server that was away is there again soon, most of the time.
    fn come_back(&self) {
        if self.chance.hits(1, 4) {
            self.glpi.set_outage(None);
        }
    }

    fn quieten(&self) {
        self.trace.note(|| "quiet".to_owned());
        self.quiet_since.set(Some(clock::true_s()));
        self.faults.end();
        self.people.leave();
        self.glpi.set_outage(None);
        self.glpi.misbehave(None);
    }

    /// Goes on until everything is read and stored.
    async fn rest(&self, process: &mut Process) -> Result<(), String> {
        let begin = clock::true_s();
        for _ in 0..QUIET_STEPS_MAX {
            let is_read = self.ingest(process).await? == Some(true);
            let is_stored = self.process(process).await? == Some(true);
            if is_read && is_stored && clock::true_s() - begin > QUIET_S_MIN {
                return Ok(());
            }
        }
        Err("it never comes to rest".to_owned())
    }
}
