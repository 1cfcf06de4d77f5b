//! Which kind of fault meets which component where, or why it does not.

use super::Runs;

/// The components.
pub const COMPONENTS: [&str; 5] = ["GLPI client", "Ingestion and log", "Projection and store", "Door", "Whole process"];

/// What covers a kind of fault in a component.
#[derive(Clone, Copy, Debug)]
pub enum Cell {
    /// Something of this kind in a long run of this name.
    Done(&'static str, &'static str),
    /// All of a long run.
    Run(&'static str, &'static str),
    /// A test of this name.
    Test(&'static str),
    /// Nothing, for this reason.
    Empty(&'static str),
}

use Cell::{Done, Empty, Run, Test};

const STATELESS: Cell = Empty("keeps nothing");
const BY_PROCESS: Cell = Empty("as the whole process");
const IN_WORLDS: &str = "worlds";

/// Each kind of fault with what covers it, in the order of [`COMPONENTS`].
pub const MATRIX: [(&str, [Cell; 5]); 21] = [
    (
        "crash around a write",
        [
            STATELESS,
            Run(IN_WORLDS, "crash_points"),
            Empty("counted with the log's: worlds are cut around the writes of both"),
            STATELESS,
            Run("syscalls", "kills"),
        ],
    ),
    (
        "crash anywhere",
        [Done(IN_WORLDS, "power cut while reading"), BY_PROCESS, BY_PROCESS, BY_PROCESS, Run("kills", "kills")],
    ),
    (
        "crash in recovery",
        [
            STATELESS,
            Done(IN_WORLDS, "power cut again in recovery"),
            Test("a_power_cut_around_any_write_loses_nothing"),
            STATELESS,
            Done("kills", "rebuild killed"),
        ],
    ),
    ("power cut, unflushed writes gone", [STATELESS, BY_PROCESS, BY_PROCESS, STATELESS, Run("power", "cuts")]),
    (
        "flipped bit, truncated or missing file",
        [
            STATELESS,
            Test("what_a_flipped_bit_does_to_a_value_of_the_log_is_named"),
            Test("a_rebuild_heals_a_store_however_it_was_damaged"),
            STATELESS,
            Test("what_is_flipped_or_cut_is_named_or_means_nothing"),
        ],
    ),
    (
        "decay of what SQLite wrote ahead",
        [
            STATELESS,
            Test("acknowledged_frames_that_decay_are_named_or_read_again_from_glpi"),
            Test("acknowledged_frames_that_decay_are_named_or_read_again_from_glpi"),
            STATELESS,
            Test("damaged_control_state_does_not_stand_in_the_way_of_a_rebuild"),
        ],
    ),
    (
        "full disk",
        [
            STATELESS,
            Done(IN_WORLDS, "disk full"),
            Done("syscalls", "pwrite64,write,ftruncate error=ENOSPC"),
            STATELESS,
            Done("hostile", "disk full"),
        ],
    ),
    ("no inodes", [STATELESS, BY_PROCESS, BY_PROCESS, STATELESS, Done("hostile", "no inodes")]),
    (
        "disk errors",
        [
            STATELESS,
            Done("syscalls", "pwrite64,write error=EIO"),
            Done("syscalls", "pread64 error=EIO"),
            STATELESS,
            Done("syscalls", "fsync,fdatasync error=EIO"),
        ],
    ),
    (
        "slow disk",
        [
            STATELESS,
            Done(IN_WORLDS, "log or store slow"),
            BY_PROCESS,
            STATELESS,
            Done("syscalls", "fsync,fdatasync delay_enter=300000"),
        ],
    ),
    ("too little memory", [BY_PROCESS, BY_PROCESS, BY_PROCESS, BY_PROCESS, Done("hostile", "memory limit")]),
    (
        "stopped for long",
        [BY_PROCESS, BY_PROCESS, BY_PROCESS, BY_PROCESS, Done("hostile", "stopped, and a second writer")],
    ),
    (
        "clocks",
        [
            Done(IN_WORLDS, "clock wrong"),
            Done(IN_WORLDS, "clock of Farol's machine jumped"),
            Empty("asks no clock"),
            Empty("tokens are checked by unit tests of the door"),
            Done("hostile", "clock jumps"),
        ],
    ),
    (
        "network: refused, cut, late, never",
        [
            Done(IN_WORLDS, "connection cut"),
            Done(IN_WORLDS, "GLPI away, connections refused"),
            Empty("not on a network"),
            Empty("loopback only; callers that go away are its web server's matter"),
            BY_PROCESS,
        ],
    ),
    (
        "nonsense of GLPI",
        [
            Done(IN_WORLDS, "truncated json"),
            Done(IN_WORLDS, "column missing"),
            Empty("sees none"),
            Empty("sees none"),
            BY_PROCESS,
        ],
    ),
    (
        "rights lost in mid-run",
        [
            Done(IN_WORLDS, "right lost"),
            Done(IN_WORLDS, "refused by GLPI for a while"),
            BY_PROCESS,
            Empty("sees none"),
            BY_PROCESS,
        ],
    ),
    (
        "poison rows",
        [
            Done(IN_WORLDS, "ticket that cannot be read"),
            Done(IN_WORLDS, "fuse blown"),
            Done(IN_WORLDS, "dead letter redriven"),
            Empty("sees none"),
            BY_PROCESS,
        ],
    ),
    (
        "upgrade",
        [
            STATELESS,
            Test("a_directory_of_an_earlier_release_is_read_and_goes_on"),
            Test("directories_of_the_release_before_are_opened_and_protected_from_then_on"),
            STATELESS,
            Empty("a crash in the middle of an upgrade was not tried"),
        ],
    ),
    (
        "no file handles, no addresses",
        [BY_PROCESS, BY_PROCESS, BY_PROCESS, Done("hostile", "no file handles"), Done("hostile", "address limit")],
    ),
    ("no threads", [BY_PROCESS, BY_PROCESS, BY_PROCESS, BY_PROCESS, Done("hostile", "no threads")]),
    ("two writers", [STATELESS, BY_PROCESS, BY_PROCESS, STATELESS, Done("hostile", "stopped, and a second writer")]),
];

impl Cell {
    /// As the report shows it.
    pub fn show(self, runs: &Runs) -> String {
        match self {
            Done(run, kind) => format!("{} ({run})", runs.times(run, kind)),
            Run(run, figure) => format!("{} ({run})", runs.sum(run, figure)),
            Test(name) => format!("`{name}`"),
            Empty(why) => format!("- {why}"),
        }
    }
}
