//! What to do about an error, apart from what to say about it.

/// What the engine does when a port fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The same call may work later: wait and repeat.
    Transient,
    /// This item will never work: set it aside as a dead letter and go on.
    Poison,
    /// Nothing will work until a person helps: stop and say why.
    Fatal,
}
