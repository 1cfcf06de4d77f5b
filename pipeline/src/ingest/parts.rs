//! Parts: a batch of any size as appends of bounded size.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// How much one append holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppendLimits {
    /// Records of one append. Each append waits for the disk once.
    pub records_max: usize,
    /// Bytes of one append; a larger record goes alone. Readers hold a whole append in memory.
    pub bytes_max: usize,
}

impl Default for AppendLimits {
    fn default() -> Self {
        Self { records_max: 5_000, bytes_max: 4 * 1024 * 1024 }
    }
}

impl AppendLimits {
    pub(super) fn validate(&self) -> Result<(), String> {
        /// A blob in SQLite ends at a thousand million bytes.
        const BYTES_MAX: usize = 256 * 1024 * 1024;

        if self.records_max == 0 {
            return Err("append.records_max is 0".to_owned());
        }
        if self.bytes_max == 0 || self.bytes_max > BYTES_MAX {
            return Err(format!("append.bytes_max is {}, not 1 to {BYTES_MAX}", self.bytes_max));
        }
        Ok(())
    }
}

/// `records` in their order, cut so that each part keeps to `limits`.
pub(super) fn split(records: Vec<(Bytes, Bytes)>, limits: &AppendLimits) -> Vec<Vec<(Bytes, Bytes)>> {
    let mut parts: Vec<Vec<(Bytes, Bytes)>> = Vec::new();
    let mut bytes = 0;
    for (key, value) in records {
        let more = key.len() + value.len();
        match parts.last_mut() {
            Some(part) if part.len() < limits.records_max && bytes + more <= limits.bytes_max => {
                part.push((key, value));
                bytes += more;
            }
            _ => {
                parts.push(vec![(key, value)]);
                bytes = more;
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sizes: &[usize], records_max: usize, bytes_max: usize, parts: &[&[usize]]) {
        let records = sizes.iter().map(|size| (Bytes::new(), Bytes::from(vec![0; *size]))).collect();
        let found: Vec<Vec<usize>> = split(records, &AppendLimits { records_max, bytes_max })
            .into_iter()
            .map(|part| part.iter().map(|(_, value)| value.len()).collect())
            .collect();
        assert_eq!(found, parts);
    }

    #[test]
    fn parts_keep_order_and_limits() {
        check(&[], 2, 10, &[]);
        check(&[1, 2, 3, 4, 5], 2, 100, &[&[1, 2], &[3, 4], &[5]]);
        check(&[4, 4, 4, 2], 9, 10, &[&[4, 4], &[4, 2]]);
    }

    #[test]
    fn a_record_larger_than_a_part_goes_alone() {
        check(&[1, 50, 1], 9, 10, &[&[1], &[50], &[1]]);
    }
}
