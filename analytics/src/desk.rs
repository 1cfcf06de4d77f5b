//! A desk written as text, for tests.
