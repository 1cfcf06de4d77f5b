//! Parts: the records of one append as batches of bounded size.
//!
//! The batches of an append are written in one transaction, so the bounds say nothing about what becomes durable together: they
//! bound what a reader has to hold to get at one record.

use bytes::Bytes;

/// Records of one batch.
pub(super) const RECORDS_MAX: usize = 5_000;
/// Bytes of one batch; a larger record goes alone. A blob in SQLite ends at a thousand million bytes.
pub(super) const BYTES_MAX: usize = 4 * 1024 * 1024;

/// `records` in their order, cut so that each part keeps to the limits.
pub(super) fn split(records: &[(Bytes, Bytes)], records_max: usize, bytes_max: usize) -> Vec<&[(Bytes, Bytes)]> {
    let mut parts = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (place, (key, value)) in records.iter().enumerate() {
        let more = key.len() + value.len();
        if place > start && (place - start >= records_max || bytes + more > bytes_max) {
            parts.push(&records[start..place]);
            (start, bytes) = (place, 0);
        }
        bytes += more;
    }
    if start < records.len() {
        parts.push(&records[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sizes: &[usize], records_max: usize, bytes_max: usize, parts: &[&[usize]]) {
        let records: Vec<_> = sizes.iter().map(|size| (Bytes::new(), Bytes::from(vec![0; *size]))).collect();
        let found: Vec<Vec<usize>> = split(&records, records_max, bytes_max)
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
