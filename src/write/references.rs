//! The records that names in a write stand for: all names of a call in one composite request of queries.

use crate::call::Call;
use crate::error::Error;
use crate::resolve::lookup::{self, Found, Wanted};

/// Finds the record of each name.
pub(crate) fn find(call: &Call<'_>, wanted: &[Wanted]) -> Result<Vec<Found>, Error> {
    let selects: Vec<_> = lookup::selects(wanted).collect();
    lookup::choose(call.known(), wanted, call.records_of_all(&selects)?)
}
