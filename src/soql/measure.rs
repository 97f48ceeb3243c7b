//! Numbers of many records: what is computed of a group, and compared with.

use super::FieldPath;

/// A number of a group, or its smallest or largest value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// How it is computed.
    pub function: Function,
    /// Of which field.
    pub field: FieldPath,
}

/// How a number is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `COUNT`: records that have a value.
    Count,
    /// `COUNT_DISTINCT`: different values.
    CountDistinct,
    /// `SUM`
    Sum,
    /// `AVG`
    Average,
    /// `MIN`
    Min,
    /// `MAX`
    Max,
}
