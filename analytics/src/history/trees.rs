//! Trees: each row of a dimension with those above it.

use std::collections::HashMap;

use super::dims::{Dim, Frame};
use crate::stores::Dimensions;

impl Frame {
    /// For each dimension of `by` that is a tree, each row with those above it.
    pub(crate) fn trees(by: &[Dim], dimensions: &Dimensions) -> Vec<HashMap<i64, Vec<i64>>> {
        by.iter()
            .map(|dim| dim.kind().filter(|_| dim.is_tree()).map(|kind| lines(kind, dimensions)).unwrap_or_default())
            .collect()
    }
}

/// Each row of `kind` with those above it. A tree with a loop ends where it meets itself.
fn lines(kind: &str, dimensions: &Dimensions) -> HashMap<i64, Vec<i64>> {
    let line = |id: i64| {
        let mut line = vec![id];
        while let Some(above) = dimensions.get(kind, line[line.len() - 1]).and_then(|row| row.parent_id) {
            if line.contains(&above) {
                break;
            }
            line.push(above);
        }
        (id, line)
    };
    dimensions.all(kind).map(|row| line(row.id)).collect()
}
