//! Business time of whole columns.

use super::Compiled;
use crate::Error;

impl Compiled {
    /// Writes the open seconds in [starts\[i\], ends\[i\]) to out\[i\].
    pub fn between_all(&self, starts: &[i64], ends: &[i64], out: &mut [i64]) -> Result<(), Error> {
        same_length("ends", ends.len(), starts.len())?;
        same_length("out", out.len(), starts.len())?;
        for ((start, end), out) in starts.iter().zip(ends).zip(out) {
            *out = self.between(*start, *end);
        }
        Ok(())
    }

    /// Writes the instant by which seconds\[i\] open seconds have passed since starts\[i\] to out\[i\].
    pub fn due_all(&self, starts: &[i64], seconds: &[i64], out: &mut [Option<i64>]) -> Result<(), Error> {
        same_length("seconds", seconds.len(), starts.len())?;
        same_length("out", out.len(), starts.len())?;
        for ((start, seconds), out) in starts.iter().zip(seconds).zip(out) {
            *out = self.due(*start, *seconds);
        }
        Ok(())
    }
}

/// Refuses a column of another length than the first one's.
pub(crate) fn same_length(column: &'static str, length: usize, expected: usize) -> Result<(), Error> {
    if length == expected { Ok(()) } else { Err(Error::Length { column, length, expected }) }
}
