//! Out: what commands print for people and pipes.

use std::{fmt, io::Write as _};

/// Prints a line, as `println!` does.
macro_rules! say {
    ($($part:tt)*) => { $crate::out::print(format_args!("{}\n", format_args!($($part)*))) };
}

/// Prints `text`. Whoever reads may have seen enough and gone: that is no failure of what is told.
pub(crate) fn print(text: fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    out.write_fmt(text).and_then(|()| out.flush()).ok();
}
