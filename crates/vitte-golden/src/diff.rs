//! Differences between expected and actual output, for people.
