//! The sentences of the report that no figure changes.

/// How it begins.
pub(super) const HEAD: &str = "\
# Reliability

What was done to Farol, and what came of it. This page is written by `farol-sim report` from the figures in `docs/reliability/` and from
nothing else; `CONTRIBUTING.md` names the command of each run.

A *crash point* is a place before or after a write, of one world, at which the power really was cut, after which the world went on to its
verdict. A world ends with everything that Farol stored compared with what the simulated GLPI holds: tickets column by column, every line
of history that a number depends on, each event once, rows and events that add up. What was acknowledged is looked for after each cut. In three
quarters of the worlds the clock process runs, by a time 200 times as fast; what it told in the end has to be what one tells that never met a fault, each mark once.
";

/// What holds for all runs.
pub(super) const ALONE: &str = "Seeds decide what is done; in simulated worlds they decide everything. `farol-sim replay SEED` lives a world again and tells \
each step. Runs shared the machine with other work. `with changes` is said of a tree that held files not yet committed.";

/// How it ends.
pub(super) const NOT_COVERED: &str = "
## When ingestion pauses

The fuse stops ingestion where most new rows cannot be read: rather than fill the dead letters, Farol keeps its place, says so in
`farol status` and on the health page (`ingestion pauses: N of the last M new rows could not be read, ... because ...`), and asks GLPI
again every 30 seconds. Nothing is skipped and nothing has to be reset: once rows can be read it goes on by itself, as simulated worlds
show where it blew. Who knows that the rows will stay as they are restarts Farol, whose fuse forgets, or raises `fuse.dead_ratio_max`; what died by then waits
as dead letters for `farol dead-letters redrive`.

## Not covered

- One machine: no second node, no network file system, no disk that lies about a flush and says so to nobody (where fsync did nothing,
  Farol noticed what the table says).
- ext4 alone under power cuts; XFS, Btrfs and ZFS were not tried.
- GLPI is simulated from recorded exchanges. A real one under load, behind real proxies, may do what nobody recorded. A GLPI that lies consistently
  is believed.
- A ticket that is purged while the account may not read it stays `hidden`: nobody can tell. It is counted in neither case.
- Where GLPI's clock was ahead when Farol started, Farol does not say that it has caught up before that time has come or it is started
  again; the rows are there.
- A desk of which all tickets that are looked up were purged is taken for another one, and refused.
- A row that lacks its id and is told in no other answer waits as a dead letter until somebody redrives it.
- Simulated disks lose or keep whole writes; torn pages are SQLite's to bear, and were met only by real power cuts and damaged files.
- A store and a log of one desk that went different ways, put together by hand (say, a log from one backup and a store from another), are not told from a pair that
  belongs together as long as the log is the longer one: positions are compared, not what lies before them. After such a mixture, `farol rebuild`.
- A second writer is kept out by a lock on a file. Who finds that file gone ends within a quarter of a second; within that time two could write.
- Damage done to a file while Farol runs is seen when it is read or by `farol verify`, not at once. Several flipped bits that keep every checksum are not found.
- The door, tokens and questions have tests of their own; of the faults here they meet kills and hardships only.
";
