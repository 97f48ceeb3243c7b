//! The tools.

use crate::error::Error;
use crate::session::Session;
use crate::vocabulary::*;

/// stub
pub fn find(_session: &Session<'_>, _args: FindArgs) -> Result<FindReply, Error> {
    Err(Error::input("not there yet"))
}
/// stub
pub fn get(_session: &Session<'_>, _args: GetArgs) -> Result<GetReply, Error> {
    Err(Error::input("not there yet"))
}
/// stub
pub fn list(_session: &Session<'_>, _args: ListArgs) -> Result<ListReply, Error> {
    Err(Error::input("not there yet"))
}
/// stub
pub fn describe(_session: &Session<'_>, _args: DescribeArgs) -> Result<DescribeReply, Error> {
    Err(Error::input("not there yet"))
}
/// stub
pub fn create(_session: &Session<'_>, _args: CreateArgs) -> Result<CreateReply, Error> {
    Err(Error::input("not there yet"))
}
/// stub
pub fn update(_session: &Session<'_>, _args: UpdateArgs) -> Result<UpdateReply, Error> {
    Err(Error::input("not there yet"))
}
/// stub
pub fn call(session: &Session<'_>, name: &str, arguments: &str) -> Result<String, Error> {
    let _ = (session, name, arguments);
    Err(Error::input("not there yet"))
}
