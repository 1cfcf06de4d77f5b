//! GLPI's own arithmetic, quirk for quirk: what it stores for a ticket, and when it calls one late.

mod clocks;
mod differences;
mod late;
mod stored;
mod walker;

pub use self::{
    clocks::clocks,
    differences::{Compared, compare},
    late::is_late,
    stored::{Stored, stored},
    walker::Walker,
};
