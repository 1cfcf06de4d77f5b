//! Golden tables: tickets as text in, counts as text out.
